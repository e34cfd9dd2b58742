
/* The form. What is shown goes into the page as text only; the choice stands in the fragment of the address. */
{
  const parts = JSON.parse(document.getElementById("parts").textContent);
  const maker = quickstart(parts);
  const get = (id) => document.getElementById(id);
  const boxes = [...document.querySelectorAll("[data-component] input")];
  const sections = [...document.querySelectorAll("[data-section]")];
  const start = { ...parts.start, optimize: "efficiency", device: "cpu", with: "" };
  let pipeline = [], found = null;

  /* What turns the direction of text, or can't be seen, as kernel/visible.py shows it. */
  const visible = (text) => text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    (mark) => mark.codePointAt(0) < 256
      ? `\\x${mark.codePointAt(0).toString(16).padStart(2, "0")}`
      : `\\u${mark.codePointAt(0).toString(16).padStart(4, "0")}`);

  const element = (name, text = "") => {
    const made = document.createElement(name);
    made.textContent = visible(text);
    return made;
  };

  const checked = (name) => document.querySelector(`input[name="${name}"]:checked`).value;

  const choice = () => ({
    lang: get("lang").value,
    pipeline,
    optimize: checked("optimize"),
    gpu: checked("device") === "gpu",
    asked: sections.filter((box) => box.checked).map((box) => box.dataset.section),
  });

  /* The state of the form as the fragment of an address, and back. */

  function fragment({ lang, pipeline, optimize, gpu, asked }) {
    const found = new URLSearchParams({ lang, pipeline: pipeline.join(","), optimize, device: gpu ? "gpu" : "cpu" });
    if (asked.length) found.set("with", asked.join(","));
    return `#${found.toString().replaceAll("%2C", ",")}`;
  }

  /* Sets the form by a fragment; returns what in it is not known here. */
  function restore(text) {
    const given = new URLSearchParams(text.replace(/^#/, ""));
    const names = (key) => [...new Set((given.get(key) ?? "").split(",").filter(Boolean))];
    const unknown = [];
    for (const key of ["lang", "pipeline", "optimize", "device", "with"])
      if (!given.has(key)) given.set(key, start[key]);
    get("lang").value = maker.languages.has(given.get("lang")) ? given.get("lang") : start.lang;
    if (!maker.languages.has(given.get("lang"))) unknown.push(given.get("lang"));
    pipeline = names("pipeline").filter((name) => boxes.some((box) => box.value === name) || !unknown.push(name));
    for (const key of ["optimize", "device"]) {
      const radio = [...document.querySelectorAll(`input[name="${key}"]`)].find((one) => one.value === given.get(key));
      if (radio) radio.checked = true;
      else unknown.push(given.get(key));
    }
    for (const box of sections) box.checked = names("with").includes(box.dataset.section);
    unknown.push(...names("with").filter((name) => !sections.some((box) => box.dataset.section === name)));
    return unknown;
  }

  /* Showing. */

  function showOrder(focus) {
    const list = get("order");
    list.replaceChildren(...pipeline.map((name, index) => {
      const row = element("div");
      const button = (sign, what, change, disabled) => {
        const made = element("button", sign);
        made.type = "button";
        made.disabled = disabled;
        made.dataset.action = `${what} ${name}`;
        made.setAttribute("aria-label", visible(what === "remove" ? `Remove ${name}` : `Move ${name} ${what}`));
        made.addEventListener("click", () => { change(); update(`${what} ${name}`); });
        return made;
      };
      const moved = (by) => () => {
        pipeline = pipeline.filter((other) => other !== name);
        pipeline.splice(index + by, 0, name);
      };
      row.append(element("b", name), button("↑", "up", moved(-1), index === 0),
        button("↓", "down", moved(1), index === pipeline.length - 1),
        button("×", "remove", () => { pipeline = pipeline.filter((other) => other !== name); }, false));
      const item = element("li");
      item.append(row);
      return item;
    }));
    if (!pipeline.length) list.replaceChildren(element("li", "none yet"));
    if (!focus) return;
    const buttons = [...list.querySelectorAll("button:not(:disabled)")];
    const name = focus.slice(focus.indexOf(" ") + 1);
    (buttons.find((one) => one.dataset.action === focus) ??
      buttons.find((one) => one.dataset.action.endsWith(` ${name}`)) ?? buttons[0] ?? boxes[0])?.focus();
  }

  function showCommands(commands) {
    get("commands").replaceChildren(...commands.map(([title, text]) => {
      const item = element("li", title), row = element("div"), pre = element("pre", text), copy = element("button", "Copy");
      row.className = "command";
      pre.tabIndex = 0;
      pre.setAttribute("role", "region");
      pre.setAttribute("aria-label", `Command: ${title}`);
      copy.type = "button";
      copy.setAttribute("aria-label", `Copy the command: ${title}`);
      copy.addEventListener("click", () => copied(text, copy));
      row.append(pre, copy);
      item.append(row);
      return item;
    }));
  }

  function show(unknown) {
    const chosen = choice();
    found = maker.config(chosen);
    const status = get("status"), notes = [...unknown.map((name) => `The address names "${name}", which is not here.`)];
    status.className = found.error && pipeline.length ? "error" : "";
    get("result").hidden = Boolean(found.error);
    get("summary").textContent = "";
    if (!pipeline.length) {
      status.textContent = "Choose a component.";
    } else if (found.error) {
      status.textContent = visible(`error: ${found.error.message}${found.error.hint ? `\nhint: ${found.error.hint}` : ""}`);
    } else {
      notes.push(...found.notes);
      status.textContent = visible(`A config for ${found.pipeline.join(", ")}.`);
      get("summary").textContent = visible(maker.summary(chosen, found).join("\n"));
      get("config").textContent = found.text;
      get("command").textContent = visible(maker.command(chosen));
      showCommands(maker.commands(chosen, found));
    }
    get("notes").replaceChildren(...notes.map((note) => element("li", note)));
  }

  function update(focus, unknown = []) {
    for (const box of boxes) {
      box.checked = pipeline.includes(box.value);
      box.closest("[data-component]").hidden = !box.checked && !maker.recipe(choice(), box.value);
    }
    showOrder(focus);
    show(unknown);
    if (!unknown.length) history.replaceState(null, "", fragment(choice()));
  }

  /* Copying and downloading. */

  async function copied(text, button) {
    const label = button.dataset.label ??= button.textContent;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = element("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = done ? "Copied" : "Select it and copy";
    get("status").textContent = done ? "Copied." : "The browser forbids copying: select the text.";
    setTimeout(() => { button.textContent = label; }, 2000);
  }

  get("copy").addEventListener("click", () => copied(found.text, get("copy")));
  document.querySelector("[data-copies]").addEventListener("click", (event) =>
    copied(maker.command(choice()), event.currentTarget));
  get("download").addEventListener("click", () => {
    const link = element("a"), address = URL.createObjectURL(new Blob([found.text], { type: "text/plain" }));
    link.href = address;
    link.download = "config.cfg";
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  });

  get("form").addEventListener("change", (event) => {
    const box = event.target;
    if (boxes.includes(box))
      pipeline = box.checked ? [...pipeline, box.value] : pipeline.filter((name) => name !== box.value);
    update();
  });
  get("form").addEventListener("submit", (event) => event.preventDefault());
  get("reset").addEventListener("click", () => { restore(""); update(); });
  const open = () => update(undefined, restore(location.hash));
  window.addEventListener("hashchange", open);
  get("app").hidden = false;
  open();
}
