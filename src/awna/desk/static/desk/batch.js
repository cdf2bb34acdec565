// Keys for the page of many bank lines: a digit chooses and goes on, 0 leaves, j and k move, space ticks, s splits, Enter books. Without it every
// control works by itself.
"use strict";
(() => {
  const form = document.getElementById("batch");
  if (!form) return;
  const lines = [...form.querySelectorAll("[data-line]")];
  const count = document.getElementById("count");
  const box = (line) => line?.querySelector("input[name=take]");
  let at = -1;
  for (const line of lines) line.tabIndex = -1;

  const tell = () => {
    count.querySelector("b").textContent = form.querySelectorAll("input[name=take]:checked").length;
    count.hidden = false;
  };
  const go = (to) => {
    at = Math.min(lines.length - 1, Math.max(0, to));
    lines[at].focus({ preventScroll: true });
    lines[at].scrollIntoView({ block: "nearest" });
  };
  // The next line that still asks for a decision; after the last one, the button.
  const goOn = () => {
    const next = lines.findIndex((line, place) => place > at && box(line) && !box(line).checked);
    if (next >= 0) go(next);
    else form.querySelector("button.btn").focus();
  };
  const choose = (digit) => {
    if (at < 0) goOn();
    const option = lines[at]?.querySelector(`input[data-key="${digit}"]`);
    if (!option) return;
    option.checked = true;
    box(lines[at]).checked = true;
    tell();
    goOn();
  };
  const leave = () => {
    if (at < 0) goOn();
    if (box(lines[at])) box(lines[at]).checked = false;
    tell();
    goOn();
  };
  const tick = () => {
    if (box(lines[at])) box(lines[at]).checked = !box(lines[at]).checked;
    tell();
  };

  document.addEventListener("focusin", (event) => {
    const line = event.target.closest?.("[data-line]");
    if (line) at = lines.indexOf(line);
  });
  // A choice means that the line is to be booked.
  form.addEventListener("change", (event) => {
    if (event.target.type === "radio") box(event.target.closest("[data-line]")).checked = true;
    tell();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const inControl = event.target.closest?.("input, select, textarea, a, button, summary");
    const digit = event.key.length === 1 ? "0123456789٠١٢٣٤٥٦٧٨٩".indexOf(event.key) : -1;
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at - 1);
    else if (digit >= 0 && digit % 10 === 0) leave();
    else if (digit > 0) choose(digit % 10);
    else if (event.key === "s" && at >= 0) lines[at].querySelector("[data-split]")?.click();
    else if (event.key === " " && !inControl) tick();
    else if (event.key === "Enter" && !inControl) form.requestSubmit();
    else return;
    event.preventDefault();
  });
  tell();
})();
