// Makes a steward's keys on her own device and signs with them: passkeys through WebAuthn, paper keys through WebCrypto. No library.
// A paper key's seed is made, shown and typed here and never sent: the fields that hold it have no name. The formats are those of paper.py.
"use strict";
(() => {
  const words = document.querySelector("[data-key-words]")?.dataset;
  if (!words) return;
  const utf8 = new TextEncoder();

  // ---- texts of bytes
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const toUrl = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const fromUrl = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
  const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const base32 = (bytes) => {
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    return (bits.match(/.{1,5}/g) ?? []).map((five) => LETTERS[parseInt(five.padEnd(5, "0"), 2)]).join("");
  };
  const fromBase32 = (text) => {
    const bits = [...text].map((letter) => LETTERS.indexOf(letter).toString(2).padStart(5, "0")).join("");
    return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => parseInt(byte, 2));
  };
  const groups = (text) => text.match(/.{1,4}/g).join(" ");
  const STARTS = "ba da fa ga ha ka la ma na pa ra sa ta wa ya za".split(" ");
  const ENDS = "bo di fu go hi ku lo mi nu po ri su to wi yu zo".split(" ");
  const wordCode = (bytes) => [...bytes.slice(0, 6)].map((byte) => STARTS[byte >> 4] + ENDS[byte & 15]).join("-");

  // ---- Ed25519 of the browser
  const DER = fromHex("302e020100300506032b657004220420"); // a private key of RFC 8410, up to its 32 bytes
  const writeSeed = async (seed) => groups(base32(join(seed, (await sha256(seed)).slice(0, 3))));
  async function readSeed(typed) {
    const plain = typed.replace(/[\s.\-]/g, "").toUpperCase().replaceAll("0", "O").replaceAll("1", "I").replaceAll("8", "B");
    if (!/^[A-Z2-7]{56}$/.test(plain)) throw new Said(words.seedLength);
    const data = fromBase32(plain), seed = data.slice(0, 32);
    if (toHex((await sha256(seed)).slice(0, 3)) !== toHex(data.slice(32))) throw new Said(words.seedWrong);
    return seed;
  }
  async function paperKey(seed) {
    let key;
    try {
      key = await crypto.subtle.importKey("pkcs8", join(DER, seed), "Ed25519", true, ["sign"]);
    } catch {
      throw new Said(words.noPaper);
    }
    const jwk = await crypto.subtle.exportKey("jwk", key);
    const sign = async (challenge) => new Uint8Array(await crypto.subtle.sign("Ed25519", key, join(utf8.encode("awna/paper/v1"), challenge)));
    return { public: fromUrl(jwk.x), sign };
  }

  // ---- saying what goes wrong
  class Said extends Error {}
  const KNOWN = { NotAllowedError: "refused", InvalidStateError: "known", SecurityError: "wrongSite", NotSupportedError: "unsupported", AbortError: "refused" };
  function say(box, text, isWrong = false) {
    const place = box.querySelector("[data-say]");
    place.textContent = text;
    place.classList.toggle("err", isWrong);
    if (isWrong) place.focus();
  }
  const run = (box, act) => async () => {
    const buttons = box.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    say(box, words.waiting);
    try {
      await act();
    } catch (error) {
      say(box, error instanceof Said ? error.message : words[KNOWN[error.name] ?? "failed"], true);
    } finally {
      buttons.forEach((button) => { button.disabled = false; });
    }
  };
  const offer = (box, name, act) => {
    const button = box.querySelector(`[data-do=${name}]`);
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", run(box, act));
  };
  const needPasskeys = () => { if (!window.isSecureContext || !window.PublicKeyCredential) throw new Said(words.unsupported); };
  const fill = (box, name, value) => { box.querySelector(`[name=${name}]`).value = value; };
  const send = (box) => { say(box, words.sending); (box.closest("form") ?? box.querySelector("form")).requestSubmit(box.querySelector("[data-send]") ?? undefined); };

  // ---- signing: [data-signing] inside a form
  for (const box of document.querySelectorAll("[data-signing]")) {
    const asked = box.dataset, challenge = fromUrl(asked.challenge), listed = JSON.parse(asked.credentials);
    const signed = (key, signature, auth, client) => {
      const values = { signed_key: key, signed_nonce: asked.nonce, signed_signature: base64(signature), signed_auth: auth && base64(auth), signed_client: client && base64(client) };
      for (const [name, value] of Object.entries(values)) fill(box, name, value || "");
      send(box);
    };
    offer(box, "passkey", async () => {
      needPasskeys();
      const allowCredentials = listed.map((one) => ({ type: "public-key", id: fromUrl(one.id) }));
      const got = await navigator.credentials.get({ publicKey: { challenge, rpId: asked.rp, allowCredentials, userVerification: "required", timeout: 120000 } });
      const key = listed.find((one) => one.id === got.id);
      if (!key) throw new Said(words.otherKey);
      signed(key.key, got.response.signature, got.response.authenticatorData, got.response.clientDataJSON);
    });
    offer(box, "paper", async () => {
      const field = box.querySelector("[data-seed]"), key = await paperKey(await readSeed(field.value));
      const name = toHex(await sha256(key.public));
      if (!JSON.parse(asked.paper).includes(name)) throw new Said(words.otherPaper);
      const signature = await key.sign(challenge);
      field.value = "";
      signed(name, signature);
    });
    // Enter in the field of the seed must not send the form unsigned.
    box.querySelector("[data-seed]")?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); box.querySelector("[data-do=paper]").click(); }
    });
  }

  // ---- a new passkey: [data-enrol]
  for (const box of document.querySelectorAll("[data-enrol]")) {
    const asked = box.dataset;
    offer(box, "enrol", async () => {
      needPasskeys();
      if (!box.querySelector("[name=label]").reportValidity()) throw new Said(words.nameIt);
      const made = await navigator.credentials.create({ publicKey: {
        challenge: fromUrl(asked.challenge), rp: { id: asked.rp, name: asked.rpName },
        user: { id: fromUrl(asked.userId), name: asked.userName, displayName: asked.userName },
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: { userVerification: "required", residentKey: "discouraged" }, attestation: "none", timeout: 120000,
        excludeCredentials: JSON.parse(asked.known).map((id) => ({ type: "public-key", id: fromUrl(id) })),
      } });
      fill(box, "credential_id", made.id);
      fill(box, "client", toUrl(made.response.clientDataJSON));
      fill(box, "attestation", toUrl(made.response.attestationObject));
      send(box);
    });
  }

  // ---- a new paper key: [data-make-paper]
  for (const box of document.querySelectorAll("[data-make-paper]")) {
    const asked = box.dataset;
    let made;
    offer(box, "make", async () => {
      const seed = crypto.getRandomValues(new Uint8Array(32)), key = await paperKey(seed), name = await sha256(key.public);
      const text = await writeSeed(seed), sheet = box.querySelector("[data-sheet]");
      made = { seed: text, public: groups(base32(key.public)) };
      const answer = ["AWNA1", asked.digest.slice(0, 16), base32(name.slice(0, 8)), base32(fromHex(asked.nonce)), base32(await key.sign(fromUrl(asked.challenge)))];
      made.answer = answer.join(" ");
      sheet.querySelector("[data-seed-text]").textContent = text;
      sheet.querySelector("[data-code]").textContent = wordCode(name);
      sheet.querySelector("[data-fingerprint]").textContent = toHex(name);
      sheet.querySelector("[data-qr]").replaceChildren(picture(qrModules(text.replaceAll(" ", ""))));
      sheet.hidden = false;
      box.querySelector("[data-do=make]").hidden = true;
      say(box, words.writeDown);
      sheet.querySelector("h2").focus();
    });
    offer(box, "print", async () => { say(box, ""); window.print(); });
    offer(box, "keep", async () => {
      // The last two groups, typed from the paper, show that there is a paper.
      const typed = box.querySelector("[data-again]").value.replace(/\s/g, "").toUpperCase();
      if (typed !== made.seed.replaceAll(" ", "").slice(-8)) throw new Said(words.againWrong);
      fill(box, "public", made.public);
      fill(box, "answer", made.answer);
      made = undefined;
      send(box);
    });
  }

  // ---- QR code, version 3, error correction M, letters and digits: just what a seed needs (ISO/IEC 18004)
  function qrModules(text) {
    const SIZE = 29, DATA = 44, CHECK = 26, ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let bits = "0010" + text.length.toString(2).padStart(9, "0");
    for (let at = 0; at < text.length; at += 2) {
      const pair = [...text.slice(at, at + 2)].map((letter) => ALPHABET.indexOf(letter));
      bits += pair.length === 2 ? (pair[0] * 45 + pair[1]).toString(2).padStart(11, "0") : pair[0].toString(2).padStart(6, "0");
    }
    bits += "0".repeat(Math.min(4, DATA * 8 - bits.length));
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
    const bytes = bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
    for (let pad = 0xec; bytes.length < DATA; pad ^= 0xec ^ 0x11) bytes.push(pad);

    // Reed-Solomon over GF(256) with x^8 + x^4 + x^3 + x^2 + 1.
    const times = (x, y) => { let z = 0; for (let i = 7; i >= 0; i--) z = (z << 1) ^ ((z >> 7) * 0x11d) ^ ((y >> i & 1) * x); return z; };
    let divisor = [1];
    for (let i = 0, root = 1; i < CHECK; i++, root = times(root, 2)) {
      divisor = [...divisor, 0].map((value, at) => value ^ times(divisor[at - 1] ?? 0, root));
    }
    const rest = [...bytes, ...Array(CHECK).fill(0)];
    for (let at = 0; at < DATA; at++) {
      const factor = rest[at];
      divisor.forEach((value, i) => { rest[at + i] ^= times(value, factor); });
    }
    const stream = [...bytes, ...rest.slice(DATA)].map((byte) => byte.toString(2).padStart(8, "0")).join("");

    const dark = Array.from({ length: SIZE }, () => Array(SIZE).fill(null));
    const set = (x, y, value) => { if (x >= 0 && y >= 0 && x < SIZE && y < SIZE) dark[y][x] = value; };
    const square = (x, y, reach, isDark) => {
      for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))));
    };
    for (const [x, y] of [[3, 3], [SIZE - 4, 3], [3, SIZE - 4]]) square(x, y, 4, (far) => far !== 2 && far !== 4);
    square(22, 22, 2, (far) => far !== 1);
    for (let i = 8; i < SIZE - 8; i++) { set(6, i, i % 2 === 0); set(i, 6, i % 2 === 0); }
    // Error correction M and mask 0: format bits 000000000000000 under the fixed mask.
    const format = 0b101010000010010;
    for (let i = 0; i < 15; i++) {
      const bit = (format >> i & 1) === 1;
      set(8, i < 6 ? i : i < 8 ? i + 1 : SIZE - 15 + i, bit);
      set(i < 8 ? SIZE - 1 - i : i < 9 ? 7 : 14 - i, 8, bit);
    }
    set(8, SIZE - 8, true);
    let at = 0;
    for (let column = SIZE - 1, up = true; column > 0; column -= 2, up = !up) {
      if (column === 6) column = 5;
      for (let step = 0; step < SIZE; step++) {
        const y = up ? SIZE - 1 - step : step;
        for (const x of [column, column - 1]) {
          if (dark[y][x] === null) dark[y][x] = ((stream[at++] ?? "0") === "1") !== ((x + y) % 2 === 0);
        }
      }
    }
    return dark;
  }
  function picture(dark) {
    const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), size = dark.length + 8;
    svg.setAttribute("class", "qr");
    svg.setAttribute("viewBox", `-4 -4 ${size} ${size}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", words.seedPicture);
    const runs = dark.flatMap((row, y) => row.map((one, x) => (one ? `M${x} ${y}h1v1h-1z` : ""))).join("");
    for (const [style, d] of [["qr-p", `M-4-4h${size}v${size}h-${size}z`], ["qr-k", runs]]) {
      const path = document.createElementNS(space, "path");
      path.setAttribute("class", style);
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  }
})();
