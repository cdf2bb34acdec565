// Keys for the page of many bank lines: j and k move, digits choose, space ticks, Enter books, ? tells. Without it every control works by itself.
"use strict";
(() => {
  const form = document.getElementById("batch");
  if (!form) return;
  const lines = [...form.querySelectorAll("[data-line]")];
  let at = -1;
  for (const line of lines) line.tabIndex = -1;

  const move = (step) => {
    at = Math.min(lines.length - 1, Math.max(0, at + step));
    lines[at].focus();
    lines[at].scrollIntoView({ block: "nearest" });
  };
  const choose = (number) => {
    const option = lines[at]?.querySelectorAll("input[type=radio]")[number - 1];
    if (!option) return;
    option.checked = true;
    lines[at].querySelector("input[name=take]").checked = true;
  };
  const tick = () => {
    const box = lines[at]?.querySelector("input[name=take]");
    if (box) box.checked = !box.checked;
  };

  document.addEventListener("focusin", (event) => {
    const line = event.target.closest?.("[data-line]");
    if (line) at = lines.indexOf(line);
  });
  // A choice means that the line is to be booked.
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") event.target.closest("[data-line]").querySelector("input[name=take]").checked = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const inControl = event.target.closest?.("input, select, textarea, a, button, summary");
    const digit = "0123456789٠١٢٣٤٥٦٧٨٩".indexOf(event.key) % 10;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") document.querySelector(".keys").toggleAttribute("open");
    else if (event.key.length === 1 && digit > 0) choose(digit);
    else if (event.key === " " && !inControl) tick();
    else if (event.key === "Enter" && !inControl && at >= 0) form.requestSubmit();
    else return;
    event.preventDefault();
  });
})();
