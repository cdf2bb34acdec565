// A second, independent check of one gift's proof, for the browser: own SHA-256, RFC 6962 path, C2SP proof and checkpoint files.
// It needs nothing but this page once the page is open: no network, no library. The same check in Python: src/awna/core/log and verify.py.
"use strict";
(() => {
  const utf8 = new TextEncoder();

  // ---- SHA-256 (FIPS 180-4). The constants are the first 32 bits of the fractions of roots of primes, as the standard says.
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
  const fraction = (x) => ((x - Math.floor(x)) * 2 ** 32) >>> 0;
  const K = primes.map((p) => fraction(Math.cbrt(p)));
  const START = primes.slice(0, 8).map((p) => fraction(Math.sqrt(p)));

  function sha256(bytes) {
    const padded = new Uint8Array(((bytes.length + 8) >> 6 << 6) + 64);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
    view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    const h = START.slice();
    const w = new Uint32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      let [a, b, c, d, e, f, g, k] = h;
      for (let i = 0; i < 64; i++) {
        const one = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [k, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, k].forEach((part, i) => { h[i] = (h[i] + part) >>> 0; });
    }
    const out = new DataView(new ArrayBuffer(32));
    h.forEach((part, i) => out.setUint32(4 * i, part));
    return new Uint8Array(out.buffer);
  }

  function hmac(key, message) {
    const pad = (byte) => { const p = new Uint8Array(64).fill(byte); key.forEach((k, i) => { p[i] ^= k; }); return p; };
    return sha256(join(pad(0x5c), sha256(join(pad(0x36), message))));
  }

  function join(...parts) {
    const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
    let at = 0;
    for (const part of parts) { out.set(part, at); at += part.length; }
    return out;
  }
  const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  const hashLeaf = (leaf) => sha256(join([0], leaf));
  const hashNode = (left, right) => sha256(join([1], left, right));

  // ---- Base64 in its one exact form, else null.
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  function unbase64(text) {
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
    const out = [];
    let bits = 0, held = 0;
    for (const letter of text.replace(/=+$/, "")) {
      held = (held << 6) | LETTERS.indexOf(letter);
      bits += 6;
      if (bits >= 8) { bits -= 8; out.push(held >> bits); held &= (1 << bits) - 1; }
    }
    return held ? null : Uint8Array.from(out);
  }

  // ---- What is checked. Each step gives {code, ok, …}; ok is true, false, or null where this browser cannot say.
  class Stop extends Error { constructor(code, more) { super(code); this.step = { code, ok: false, ...more }; } }
  const cut = (text, at) => { const i = text.indexOf(at); return i < 0 ? [text, null] : [text.slice(0, i), text.slice(i + at.length)]; };

  function readProof(text) {
    const [head, note] = cut(text, "\n\n");
    const lines = head.split("\n");
    if (lines.length > 1 && lines[1].startsWith("extra ")) lines.splice(1, 1);
    const index = /^index ([0-9]+)$/.exec(lines[1] || "");
    if (note === null || lines[0] !== "c2sp.org/tlog-proof@v1" || !index || lines.length > 65) throw new Stop("proof_unreadable");
    const hashes = lines.slice(2).map(unbase64);
    if (hashes.some((hash) => hash === null || hash.length !== 32)) throw new Stop("proof_unreadable");
    return { index: Number(index[1]), hashes, note };
  }

  function readCheckpoint(note) {
    const [text, signatures] = cut(note, "\n\n");
    const lines = text.split("\n");
    const root = lines.length === 3 ? unbase64(lines[2]) : null;
    if (signatures === null || !note.endsWith("\n") || !root || root.length !== 32 || !/^(0|[1-9][0-9]{0,14})$/.test(lines[1])) {
      throw new Stop("checkpoint_unreadable");
    }
    return { origin: lines[0], size: Number(lines[1]), root, signed: utf8.encode(text + "\n"), signatures: signatures.split("\n") };
  }

  function readKey(text) {
    const [name, rest] = cut(text.trim(), "+");
    const [id, encoded] = cut(rest || "", "+");
    const raw = unbase64(encoded || "");
    const right = raw && raw.length === 33 && raw[0] === 1 && name && !/[\s\u0000-\u0020]/.test(name);
    if (!right || hex(sha256(join(utf8.encode(name + "\n"), raw)).slice(0, 4)) !== id) throw new Stop("log_key_wrong");
    return { name, id, public: raw.slice(1) };
  }

  // RFC 9162, 2.1.3.2. Division and not shifting: a log may have more than 2^31 leaves.
  function climb(hash, index, size, path) {
    if (index >= size) return null;
    let node = hash, position = index, last = size - 1;
    const half = () => { position = Math.floor(position / 2); last = Math.floor(last / 2); };
    for (const sibling of path) {
      if (last === 0) return null;
      if (position % 2 || position === last) {
        node = hashNode(sibling, node);
        while (position && position % 2 === 0) half();
      } else node = hashNode(node, sibling);
      half();
    }
    return last === 0 ? node : null;
  }

  async function signatureIsRight(key, head) {
    const subtle = globalThis.crypto && globalThis.crypto.subtle;
    const line = head.signatures.map((one) => one.split(" "))
      .filter((one) => one.length === 3 && one[0] === "\u2014" && one[1] === key.name)
      .map((one) => unbase64(one[2]))
      .filter((raw) => raw && raw.length === 68 && hex(raw.slice(0, 4)) === key.id);
    if (!line.length) return false;
    if (!subtle) return null;
    try {
      const imported = await subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]);
      for (const raw of line) if (await subtle.verify({ name: "Ed25519" }, imported, raw.slice(4), head.signed)) return true;
      return false;
    } catch (problem) {
      return problem && problem.name === "NotSupportedError" ? null : false;
    }
  }

  function reading(text) {
    try { return JSON.parse(text); } catch { return null; }
  }

  // leaf, proof and key are texts; wanted may hold the book's id, the lot as [seq, line], and the key and receipt of a donor's file.
  async function check(leaf, proof, keyText, wanted = {}) {
    const steps = [];
    try {
      const bytes = utf8.encode(leaf);
      const digest = sha256(bytes);
      steps.push({ code: "leaf_hashed", ok: true, digest: hex(digest), bytes: bytes.length });
      const key = readKey(keyText);
      const path = readProof(proof);
      const head = readCheckpoint(path.note);
      const entry = reading(leaf);
      if (!entry || entry.seq !== path.index) throw new Stop("leaf_has_other_number", { index: path.index });
      const root = climb(hashLeaf(bytes), path.index, head.size, path.hashes);
      if (!root || !same(root, head.root)) throw new Stop("leaf_not_in_log", { index: path.index, size: head.size });
      steps.push({ code: "leaf_in_log", ok: true, index: path.index, size: head.size, count: path.hashes.length, root: hex(root) });
      if (head.origin !== key.name) throw new Stop("other_log", { origin: head.origin });
      const signed = await signatureIsRight(key, head);
      steps.push({ code: signed === null ? "signature_not_checked" : signed ? "signature_right" : "signature_wrong", ok: signed, origin: head.origin });
      steps.push(...donors(entry, wanted));
    } catch (problem) {
      if (!(problem instanceof Stop)) throw problem;
      steps.push(problem.step);
    }
    return summed(steps);
  }

  const summed = (steps) => ({ steps, ok: steps.every((step) => step.ok !== false), whole: steps.every((step) => step.ok === true) });

  // What the donor's own file says: it is about this row, and only who holds its key can tell the mark that stands in the entry.
  function donors(entry, wanted) {
    const steps = [];
    const row = wanted.lot && entry.rows && entry.rows[wanted.lot[1] - 1];
    const isGift = Boolean(row) && entry.seq === wanted.lot[0] && ["gift", "gift_in_kind"].includes(entry.kind);
    if (wanted.lot) steps.push({ code: isGift ? "lot_right" : "lot_wrong", ok: isGift, lot: wanted.lot.join(".") });
    if (wanted.receipt === undefined) return steps;
    const key = unhex(wanted.key);
    const mark = key && key.length === 32 && hex(hmac(key, utf8.encode(wanted.receipt)));
    const right = Boolean(mark) && (wanted.share ? shareIsIn(entry, row, mark, wanted.share) : mark === (entry.private && entry.private.reference));
    const [yes, no] = wanted.share ? ["share_right", "share_wrong"] : ["receipt_right", "receipt_wrong"]; // codes
    steps.push({ code: right ? yes : no, ok: right, receipt: wanted.receipt, gifts: entry.batch && entry.batch.n });
    return steps;
  }

  // The path of one share in a batch: both children's sums stand in each node, so no share can hide behind another.
  const MOST = 10n ** 15n;
  function shareIsIn(entry, row, mark, share) {
    const amount = units(share.amount), steps = Array.isArray(share.steps) ? share.steps : null;
    if (!entry.batch || !row || amount === null || !steps || steps.length > 32) return false;
    if (!Number.isInteger(share.index) || share.index < 0 || share.index >= 2 ** steps.length) return false;
    let sum = amount, node = sha256(join([0x10], unhex(mark), eight(amount)));
    for (let height = 0; height < steps.length; height++) {
      const other = units(steps[height].sum), hash = unhex(steps[height].hash);
      if (other === null || !hash || hash.length !== 32) return false;
      const isLeft = Math.floor(share.index / 2 ** height) % 2 === 1;
      node = sha256(isLeft ? join([0x11], eight(other), hash, eight(sum), node) : join([0x11], eight(sum), node, eight(other), hash));
      sum += other;
      if (sum > MOST) return false;
    }
    return hex(node) === entry.batch.shares && String(sum) === row.amount;
  }
  const units = (text) => (typeof text === "string" && /^(0|[1-9][0-9]{0,15})$/.test(text) && BigInt(text) <= MOST ? BigInt(text) : null);
  const eight = (sum) => { const view = new DataView(new ArrayBuffer(8)); view.setBigUint64(0, sum); return new Uint8Array(view.buffer); };
  const unhex = (text) => (typeof text === "string" && /^([0-9a-f]{2})*$/.test(text) ? Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16)) : null);

  // A dropped file: a donor's .awna (JSON) or a bare .tlog-proof, which is checked against the entry on this page.
  async function checkFile(text, here) {
    const file = text.trimStart().startsWith("{") ? reading(text) : null;
    if (text.trimStart().startsWith("{") && (!file || typeof file.leaf !== "string" || typeof file.proof !== "string")) {
      return summed([{ code: "file_unreadable", ok: false }]);
    }
    if (!file) return check(here.leaf, text, here.key);
    const log = here.key || file.log_key || "";
    const lot = Array.isArray(file.lot) && file.lot.length === 2 ? file.lot : [-1, 0];
    const found = await check(file.leaf, file.proof, log, { lot, key: file.key, receipt: String(file.receipt), share: file.share });
    if (file.v !== 1 || file.type !== "receipt") found.steps.push({ code: "file_unreadable", ok: false });
    if (here.book && file.book !== here.book) found.steps.push({ code: "other_book", ok: false });
    return summed(found.steps);
  }

  globalThis.awnaCheck = { sha256: (text) => hex(sha256(utf8.encode(text))), hmac, check, checkFile };

  // ---- The page. Words stand in <template data-say="code">, in the reader's language, with {names} to fill in.
  function show(place, found) {
    place.replaceChildren();
    for (const step of [...found.steps, { code: found.whole ? "all_right" : found.ok ? "right_without_signature" : "not_right", ok: found.whole ? true : found.ok ? null : false }]) {
      const words = document.querySelector(`template[data-say="${step.code}"]`);
      const item = document.createElement("li");
      item.className = step.ok === true ? "t-ok" : step.ok === null ? "t-wait" : "t-stop";
      item.dataset.code = step.code;
      item.textContent = (words ? words.content.textContent : step.code).replace(/\{(\w+)\}/g, (all, name) => (name in step ? String(step[name]) : all));
      place.append(item);
    }
    place.dataset.result = found.whole ? "right" : found.ok ? "unsigned" : "wrong";
  }

  function open(panel) {
    const data = panel.querySelector("template[data-leaf]").dataset;
    const here = { leaf: data.leaf, proof: data.proof, key: data.key, book: data.book };
    const result = panel.querySelector("[data-result]");
    panel.hidden = false;
    panel.querySelector("button").addEventListener("click", async () => show(result, await check(here.leaf, here.proof, here.key, { lot: [Number(data.seq), Number(data.line)] })));
    const take = async (files) => { if (files.length) show(result, await checkFile(await files[0].text(), here)); };
    const input = panel.querySelector("input[type=file]");
    input.addEventListener("change", () => take(input.files));
    panel.addEventListener("dragover", (event) => event.preventDefault());
    panel.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
  }
  document.querySelectorAll("[data-check]").forEach(open);
})();
