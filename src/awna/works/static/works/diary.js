// The diary without a network: each note is kept on this phone first, with a mark of its own, and sent when the site answers. The site counts a
// mark once, so that sending twice does no harm. Without this file the form is sent as any other.
"use strict";
(() => {
  const form = document.getElementById("note");
  const box = document.getElementById("box");
  if (!form || !box || !("indexedDB" in window)) return;
  const WHO = box.dataset.who, SENT = `awna-sent-${WHO}`, SIDE = 1600, TIMEOUT_MS = 60000;
  const part = (name) => box.querySelector(`[data-box="${name}"]`);
  const RETRY_MS = 60000;
  let busy = false, again = false, must_sign_in = false;

  // -- the store on the phone: one row for each note, gone only when the site has it ---------------------------------
  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open("awna-diary", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("notes", { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const act = async (mode, what) => {
    const store = (await opened).transaction("notes", mode).objectStore("notes");
    return new Promise((resolve, reject) => {
      const asked = what(store);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  };
  const put = (note) => act("readwrite", (store) => store.put(note));
  const drop = (id) => act("readwrite", (store) => store.delete(id));
  const all = async () => (await act("readonly", (store) => store.getAll())).sort((a, b) => a.at.localeCompare(b.at));
  const mark = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const sent = (more = 0) => {
    const count = Number(localStorage.getItem(SENT) ?? 0) + more;
    if (more) localStorage.setItem(SENT, count);
    return count;
  };

  // -- what stands on the page ---------------------------------------------------------------------------------------
  const show = async () => {
    const notes = await all(), mine = notes.filter((note) => note.who === WHO);
    part("kept").textContent = mine.length;
    part("sent").textContent = sent();
    part("off").hidden = navigator.onLine;
    part("login").hidden = !must_sign_in;
    part("others").hidden = mine.length === notes.length;
    part("send").hidden = !mine.length;
    part("list").replaceChildren(...mine.map(row));
    box.hidden = false;
  };
  const row = (note) => {
    const item = document.getElementById("box-item").content.cloneNode(true).firstElementChild;
    const inside = (name) => item.querySelector(`[data-item="${name}"]`);
    inside("label").textContent = note.label;
    inside("time").textContent = new Date(note.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
    inside("waits").hidden = note.reasons.length > 0;
    inside("refused").hidden = !note.reasons.length;
    inside("reasons").textContent = note.reasons.join(" ");
    inside("correct").addEventListener("click", () => correct(note));
    inside("remove").addEventListener("click", async () => { await drop(note.id); show(); });
    return item;
  };
  // A refused note goes back into the form; it becomes a new one when it is kept again.
  const correct = async (note) => {
    for (const [name, value] of note.fields) {
      const field = form.elements[name];
      if (field && field.type !== "file" && !["request_id", "csrfmiddlewaretoken"].includes(name)) field.value = value;
    }
    await drop(note.id);
    await show();
    form.querySelector("select, input:not([type=hidden])").focus();
  };

  // -- keep and send -------------------------------------------------------------------------------------------------
  const smaller = async (file) => {
    try {
      const picture = await createImageBitmap(file), share = Math.min(1, SIDE / Math.max(picture.width, picture.height));
      const canvas = Object.assign(document.createElement("canvas"), { width: picture.width * share, height: picture.height * share });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), "image/jpeg", 0.8));
    } catch {
      return file; // not a photo that this browser reads: the site says so
    }
  };
  const label = (data) => {
    const words = ["task", "quantity", "item", "used", "hours", "problem"].map((name) => {
      const field = form.elements[name], value = data.get(name);
      return value && (field.selectedOptions ? field.selectedOptions[0].textContent.split(":")[0] : value);
    });
    return words.filter(Boolean).join(" · ") || data.get("day");
  };
  const keep = async () => {
    const data = new FormData(form), file = data.get("photo");
    data.delete("photo");
    data.delete("csrfmiddlewaretoken");
    data.set("happened_at", new Date().toISOString());
    const note = { id: data.get("request_id"), who: WHO, at: new Date().toISOString(), label: label(data), fields: [...data], reasons: [] };
    if (file?.size) note.photo = await smaller(file);
    await put(note);
    const day = form.elements.day.value, task = form.elements.task.value;
    form.reset();
    form.elements.request_id.value = mark();
    form.elements.day.value = day;
    form.elements.task.value = task;
  };
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;
  const send = async (note) => {
    const data = new FormData();
    for (const [name, value] of note.fields) data.append(name, value);
    if (note.photo) data.append("photo", note.photo, "photo.jpg");
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body: data, headers: { Accept: "application/json", "X-CSRFToken": token() }, signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (answer.redirected || answer.status === 403) { must_sign_in = true; return false; }
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return false; // the site is ill: the note stays
    const said = await answer.json();
    must_sign_in = false;
    if (said.state === "refused") await put({ ...note, reasons: said.reasons });
    else { await drop(note.id); sent(1); }
    return true;
  };
  const flush = async () => {
    again = busy; // a note that is kept while others go out goes out after them
    if (busy || !navigator.onLine) return show();
    busy = true;
    try {
      for (const note of await all()) {
        if (note.who === WHO && !note.reasons.length && !(await send(note))) break;
        await show();
      }
    } catch {
      // no answer: the notes stay, and go out with the next try
    } finally {
      busy = false;
      await show();
    }
    if (again) await flush();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await keep();
    await show();
    part("list").scrollIntoView({ block: "nearest" });
    flush();
  });
  part("send").addEventListener("click", flush);
  addEventListener("online", flush);
  setInterval(flush, RETRY_MS); // a network that is there and a site that does not answer: nothing else would tell
  addEventListener("offline", show);

  // -- the page itself, for days without network: the form alone, nothing that was noted -------------------------------
  const prepare = async () => {
    if (!("serviceWorker" in navigator) || !navigator.onLine) return;
    await navigator.serviceWorker.register(box.dataset.worker);
    const cache = await caches.open("awna-diary"), page = await fetch(box.dataset.bare);
    if (page.ok && !page.redirected) await cache.put(box.dataset.page, page);
    const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src);
    const icons = [...document.querySelectorAll("use")].map((one) => new URL(one.getAttribute("href"), location).href.split("#")[0]);
    await cache.addAll([...new Set([...files, ...icons])]);
    await navigator.serviceWorker.ready;
    part("ready").hidden = false;
  };
  form.elements.request_id.value = mark(); // a page that was kept would give the same one at every opening
  flush();
  prepare().catch(() => {});
})();
