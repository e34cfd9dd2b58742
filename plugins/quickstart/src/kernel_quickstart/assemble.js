/* Puts a config together from the parts that kernel_quickstart/parts.py gathers, as kernel/language/new_config.py does.

   A block is a Map. Any other value is its text in a config, so that no number is written anew. null is the place of a listener. */
"use strict";

function quickstart(parts) {
  const languages = new Map(parts.languages.map((one) => [one.name, one]));
  const read = (tree) => (Array.isArray(tree) ? new Map(tree.map(([key, value]) => [key, read(value)])) : tree);
  const comments = (found) => new Map(Object.entries(found));
  const text = (value) => JSON.stringify(value);
  /* The value of a text in a config: what is no JSON is a string. */
  const value = (leaf) => { try { return JSON.parse(leaf); } catch { return leaf; } };
  const isBlock = (tree) => tree instanceof Map;

  /* The recipe of a component, null if it is not there for the language. */
  function recipe(choice, name) {
    const numbers = languages.get(choice.lang).recipes;
    if (!Object.hasOwn(numbers, name)) return null;
    return parts.recipes[numbers[name][(choice.optimize === "accuracy" ? 2 : 0) + (choice.gpu ? 1 : 0)]];
  }

  /* Merging: kernel.config.Config.merge. */

  const functionKeys = (block) => [...block.keys()].filter((key) => key.startsWith("@"));

  function merged(updates, defaults) {
    const result = copied(updates);
    mergeInto(result, renamed(defaults, updates));
    return result;
  }

  const copied = (tree) => (isBlock(tree) ? new Map([...tree].map(([key, item]) => [key, copied(item)])) : tree);

  function mergeInto(block, defaults) {
    for (const [key, item] of defaults) {
      if (!isBlock(item)) {
        if (!block.has(key)) block.set(key, item);
        continue;
      }
      if (!block.has(key)) block.set(key, new Map());
      const inner = block.get(key);
      if (isBlock(inner) && !namesAnother(inner, item)) mergeInto(inner, item);
    }
  }

  /* Whether two blocks name different functions: the defaults of one are none of the other's. */
  function namesAnother(block, defaults) {
    const [theirs] = functionKeys(defaults), [own] = functionKeys(block);
    if (theirs && own && block.has(theirs) && block.get(theirs) !== defaults.get(theirs)) return true;
    return Boolean(own) && (!defaults.has(own) || block.get(own) !== defaults.get(own));
  }

  /* Defaults under the block's names for the functions that both name: kernel/config/other_names.py. */
  function renamed(defaults, block) {
    if (!isBlock(defaults) || !isBlock(block)) return defaults;
    let found = new Map([...defaults].map(([key, item]) => [key, renamed(item, block.get(key))]));
    for (const [key, name] of defaults) {
      const other = block.get(key);
      if (!key.startsWith("@") || other === name || typeof other !== "string" || typeof name !== "string") continue;
      const ours = value(name), theirs = value(other);
      if (rest(ours) !== rest(theirs)) continue;
      const one = called(key, ours), same = called(key, theirs);
      if (!one || !same || one.same === undefined || one.same !== same.same) continue;
      found = new Map([...found].filter(([inner]) => inner.startsWith("@") || same.takes.includes(inner)));
      found.set(key, other);
    }
    return found;
  }

  const rest = (name) => String(name).slice(String(name).indexOf(".") + 1);

  function called(key, name) {
    const place = `${key.slice(1)} ${name}`;
    return Object.hasOwn(parts.functions, place) ? parts.functions[place] : null;
  }

  /* Filling: kernel/config/filling.py. */

  function filled(block) {
    const result = new Map([...block].map(([key, item]) => [key, isBlock(item) ? filled(item) : item]));
    const [key] = functionKeys(block);
    if (key && typeof block.get(key) === "string" && !block.get(key).includes("$")) {
      const found = called(key, value(block.get(key)));
      if (found) addDefaults(result, found.defaults, found.positional.slice(0, countByPosition(block.get("*"))));
    }
    return result;
  }

  function addDefaults(block, defaults, taken = []) {
    for (const [name, item] of defaults)
      if (!block.has(name) && !taken.includes(name)) block.set(name, read(item));
  }

  function countByPosition(values) {
    if (values === undefined) return 0;
    if (isBlock(values)) return functionKeys(values).length ? 1 : values.size;
    const given = value(values);
    return Array.isArray(given) ? given.length : given === null ? 0 : 1;
  }

  /* Sections that packages supply: kernel/config/sections.py. */

  function at(tree, path) {
    for (const part of path.split(".")) tree = isBlock(tree) ? tree.get(part) : undefined;
    return tree;
  }

  function put(tree, path, item) {
    const around = path.split("."), name = around.pop();
    for (const part of around) {
      if (!tree.has(part)) tree.set(part, new Map());
      tree = tree.get(part);
    }
    tree.set(name, item);
  }

  const supplied = (config) => parts.sections.filter((section) => {
    const block = at(config, section.path);
    if (isBlock(block) && !block.size) return section.used_if_empty;
    return block !== undefined && block !== "null";
  });

  /* A config over another, with the comments of both. */
  function over(config, below) {
    const tree = merged(config.tree, read(below.tree));
    const found = [...comments(below.comments)].filter(([path]) => at(tree, path) !== undefined);
    return { tree, comments: new Map([...found, ...config.comments]) };
  }

  /* The plan: kernel/language/new_config.py. */

  const failure = (message, hint = "") => ({ error: { message, hint } });

  function config(choice) {
    const names = choice.pipeline;
    const repeated = names.find((name, index) => names.indexOf(name) < index);
    if (repeated !== undefined) return failure(`'${repeated}' is named twice`);
    if (!names.length) return failure("a pipeline needs at least one component");
    const found = new Map();
    for (const name of names) {
      const one = recipe(choice, name);
      if (!one) return failure(`there is no component '${name}'`);
      if (one.error) return { error: one.error };
      found.set(name, one);
    }
    const plan = sources(choice, names, found);
    if (plan.error) return plan;
    if (plan.missing && choice.gpu) {
      const result = config({ ...choice, gpu: false });
      const [name, hint] = plan.missing;
      if (result.notes) result.notes.unshift(
        `there is no component '${name}' here, so this config is the one for the CPU, ` +
        `which --gpu-id 0 trains on a GPU as well. ${hint}`);
      return result;
    }
    if (plan.missing) return failure(`no installed component has shared token vectors: ${plan.missing[0]}`, plan.missing[1]);
    return result(choice, names, found, plan.heard);
  }

  const isShared = (tree) => tree === null || (isBlock(tree) && [...tree.values()].some(isShared));

  /* What each component listens to. Adds sources that are not named to `found`. */
  function sources(choice, names, found) {
    const heard = new Map();
    const named = names.filter((name) => found.get(name).listener !== null);
    for (const name of names) {
      const one = found.get(name);
      if (!isShared(read(one.settings))) continue;
      const options = [...named, ...one.sources];
      const source = options.find((each) => recipe(choice, each));
      if (source === undefined) {
        if (!options.length) return { missing: ["none is known", ""] };
        return { missing: [options[0], parts.absent[options[0]] ?? ""] };
      }
      if (!found.has(source)) {
        const other = recipe(choice, source);
        if (other.error) return { error: other.error };
        found.set(source, other);
      }
      if (found.get(source).listener === null)
        return failure(`'${name}' can't listen to '${source}', which recommends no listener`);
      heard.set(name, source);
    }
    return { heard };
  }

  function result(choice, names, found, sourceOf) {
    const heard = [...new Set(sourceOf.values())];
    const idle = names.filter((name) => found.get(name).listener !== null && !heard.includes(name));
    const notes = [];
    if (idle.length && idle.length < names.length) {
      notes.push(...idle.map((name) => `'${name}' is left out: no component listens to it`));
      names = names.filter((name) => !idle.includes(name));
    }
    const pipeline = [...heard, ...names.filter((name) => !heard.includes(name))];
    const added = new Map(heard.filter((source) => !names.includes(source)).map(
      (source) => [source, [...sourceOf].filter(([, own]) => own === source).map(([name]) => name)]));
    const recipes = new Map(pipeline.map((name, number) => [name, after(found.get(name), pipeline.slice(0, number))]));
    const needs = new Map(pipeline.flatMap((name) => recipes.get(name).needs));
    const listeners = new Map([...sourceOf].map(([name, source]) => [name, read(found.get(source).listener)]));
    const made = assembled(choice, recipes, sourceOf, listeners, needs);
    if (made.error) return made;
    return { ...made, pipeline, gpu: choice.gpu, added, needs, notes };
  }

  /* A recipe in a pipeline where some components come before. */
  function after(one, earlier) {
    const result = { ...one };
    for (const name of earlier)
      for (const [other, change] of one.behind.filter(([key]) => key === name))
        for (const key of ["settings", "sections", "needs", "comments"])
          result[key] = [...new Map([...result[key], ...change[key]])];
    return result;
  }

  const withListener = (tree, listener) =>
    tree === null ? copied(listener)
      : isBlock(tree) ? new Map([...tree].map(([key, item]) => [key, withListener(item, listener)])) : tree;

  function component(name, one, listener) {
    const settings = withListener(read(one.settings), listener);
    const block = merged(settings, read(one.defaults));
    const maker = { "@factories": text(one.factory) };
    const result = filled(new Map([...Object.entries(maker), ...block]));
    for (const key of ["@factories", "nlp", "name"]) result.delete(key);
    return new Map([["factory", text(name)], ...result]);
  }

  function assembled(choice, recipes, sourceOf, listeners, needs) {
    const language = languages.get(choice.lang), names = [...recipes.keys()];
    let tree = read([["paths", [["train", "null"], ["dev", "null"]]]]);
    for (const one of recipes.values()) tree = merged(read(one.sections), tree);
    const pipeline = `[${names.map(text).join(", ")}]`;
    tree = merged(read([["nlp", [["lang", text(choice.lang)], ["pipeline", pipeline]]]]), tree);
    const blocks = new Map([...recipes].map(([name, one]) => [name, component(name, one, listeners.get(name) ?? new Map())]));
    tree.set("components", blocks);
    let made = { tree, comments: new Map() };
    for (const { section, refusal } of parts.asked.filter((one) => choice.asked.includes(one.section))) {
      const [answer] = [...recipes].map(([name, one]) => one.asked[section][sourceOf.get(name) ?? ""]).filter(Boolean);
      if (!answer) return failure(refusal.message.replace("{components}", names.join(", ")), refusal.hint);
      if (at(read(answer.tree), section) === undefined && at(made.tree, section) === undefined) put(made.tree, section, new Map());
      made = over(made, answer);
    }
    const below = merged(read(language.defaults), read(parts.defaults));
    made.tree = merged(made.tree, below);
    made.tree.set("components", blocks);
    const fill = (path, defaults) => {
      const block = at(made.tree, path) ?? new Map();
      if (!isBlock(block)) return;
      const result = filled(block);
      addDefaults(result, defaults);
      put(made.tree, path, result);
    };
    const [[nlp, own], ...others] = parts.filled;
    fill(nlp, own);
    for (const section of supplied(made.tree)) made = over(made, section.given);
    for (const [path, defaults] of others) fill(path, defaults);
    for (const section of supplied(made.tree)) fill(section.path, section.defaults);
    const weights = new Map([...recipes.values()].flatMap((one) => one.weights));
    const training = made.tree.get("training");
    training.set("score_weights", scoreWeights(new Map([...weights, ...training.get("score_weights")])));
    const comment = (path, line) => made.comments.set(path, [...(made.comments.get(path) ?? []), `# ${line}`]);
    for (const [path, what] of needs) comment(path, `Needed: ${what}.`);
    for (const one of recipes.values()) one.comments.forEach(([path, line]) => comment(path, line));
    parts.comments.all.forEach(([path, line]) => comment(path, line));
    if (isBlock(at(training, "batcher.size"))) parts.comments.growing.forEach(([path, line]) => comment(path, line));
    const factories = [...recipes.values()].map((one) => one.factory);
    return { text: written(made), tree: made.tree, packages: packages(made.tree, choice.lang, factories) };
  }

  /* The weights of scores, which sum to 1: kernel/training/score.py. */

  function scoreWeights(weights) {
    const total = exactSum([...weights.values()].map(Number).filter(Boolean).map(Math.abs));
    return new Map([...weights].map(([key, leaf]) => [key, Number(leaf) ? number(Number(leaf) / total) : leaf]));
  }

  /* The sum as if it was rounded once: the algorithm of Shewchuk (1997), as Python's math.fsum has it. */
  function exactSum(numbers) {
    const partials = [];
    for (let x of numbers) {
      let count = 0;
      for (let y of partials) {
        if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
        const high = x + y, low = y - (high - x);
        if (low) partials[count++] = low;
        x = high;
      }
      partials.length = count;
      partials.push(x);
    }
    let high = 0, low = 0;
    while (partials.length && !low) {
      const x = high, y = partials.pop();
      high = x + y;
      low = y - (high - x);
    }
    const next = partials.at(-1);
    if (low * next > 0) {
      const y = low * 2, x = high + y;
      if (y === x - high) return x;
    }
    return high;
  }

  /* A number as Python writes it: both have the fewest digits, but not the same forms. */
  function number(x) {
    if (Number.isInteger(x) && Math.abs(x) < 1e16) return x.toFixed(1);
    const [digits, exponent] = x.toExponential().split("e");
    if (exponent >= -4 && exponent < 16) return String(x);
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }

  /* Writing: kernel/config/writer.py. */

  const header = /^[^\s[\].](?:[^\n[\].]*[^\s[\].])?$/u, plain = /^[^\s=:[\]#;$."'{}](?:[^\n=:[\].]*[^\s=:[\].])?$/u;
  const isSection = (tree) => isBlock(tree) && [...tree].every(([key, item]) =>
    isBlock(item) ? header.test(key) && isSection(item) : plain.test(key));

  function written({ tree, comments }) {
    const lines = [];
    const comment = (path) => lines.push(...(comments.get(path) ?? []));
    const section = (path, block) => {
      comment(path);
      lines.push(`[${path}]`);
      const blocks = [...block].filter(([key, item]) => header.test(key) && isSection(item));
      for (const [key, item] of block) {
        if (blocks.some(([other]) => other === key)) continue;
        comment(`${path}.${key}`);
        lines.push(`${key} = ${(isBlock(item) ? json(item) : item).replaceAll("\n", "\n    ")}`.trimEnd());
      }
      lines.push("");
      for (const [key, item] of blocks) section(`${path}.${key}`, item);
    };
    const rank = (name) => (parts.order.includes(name) ? parts.order.indexOf(name) : parts.order.length);
    for (const name of [...tree.keys()].sort((one, other) => rank(one) - rank(other))) section(name, tree.get(name));
    return `${lines.join("\n").replace(/\n+$/, "")}\n`;
  }

  const json = (tree) => isBlock(tree)
    ? `{${[...tree].map(([key, item]) => `${text(key)}: ${json(item)}`).join(", ")}}`
    : value(tree) === tree ? text(tree) : tree;

  /* The packages of all that a config names: `kernel plugins requires`. */
  function packages(tree, lang, factories) {
    const found = [parts.kernel, languages.get(lang).package];
    const add = (place) => { if (Object.hasOwn(parts.functions, place)) found.push(parts.functions[place].package); };
    const walk = (block) => {
      for (const [key, item] of isBlock(block) ? block : Object.entries(block)) {
        const inner = typeof item === "string" && !key.startsWith("@") && item.includes('"@') ? value(item) : item;
        if (key.startsWith("@")) add(`${key.slice(1)} ${isBlock(block) ? value(item) : item}`);
        else if (inner !== null && typeof inner === "object") walk(inner);
      }
    };
    walk(tree);
    factories.forEach((name) => add(`factories ${name}`));
    found.push(...supplied(tree).map((section) => section.package));
    const unique = [...new Set(found)];
    return [...unique.filter((one) => !one.startsWith("#")).sort(), ...unique.filter((one) => one.startsWith("#")).sort()];
  }

  /* What `kernel init config` says about it: kernel/cli/init_config.py. */

  function summary(choice, made) {
    const model = (name) => {
      const name_ = at(made.tree, `components.${name}.model`);
      return isBlock(name_) ? value(name_.get("@architectures") ?? "None") : "no model";
    };
    const width = Math.max(...made.pipeline.map((name) => [...name].length));
    return [
      `language ${choice.lang}, for ${choice.optimize}, on a ${made.gpu ? "GPU" : "CPU"}`,
      ...made.pipeline.map((name) => {
        const why = made.added.has(name) ? ` (added for ${made.added.get(name).join(", ")})` : "";
        return `  ${name}${" ".repeat(width - [...name].length)}  ${model(name)}${why}`;
      }),
      ...[...made.needs].map(([path, what]) => `needed: ${path}, ${what}`),
    ];
  }

  /* The packages of kernel come with its checkout, as README.md says; only others are named. */
  function install(packages) {
    const others = packages.filter((one) => !/^(#|kernel-nlp\b)/.test(one));
    return ["make install", "source .venv/bin/activate", ...(others.length ? [`pip install ${others.join(" ")}`] : [])].join(" && ");
  }

  /* The commands, in the order in which they are given. */
  function commands(choice, made) {
    const last = (path) => path.slice(path.lastIndexOf(".") + 1).toUpperCase();
    const paths = ["paths.train", "paths.dev", ...made.needs.keys()].map((path) => `--${path} ${last(path)}`).join(" ");
    const gpu = made.gpu ? " --gpu-id 0" : "", code = parts.code.map((file) => ` --code ${file}`).join("");
    const asked = choice.asked.includes("pretraining");
    return [
      ["Install in a checkout of kernel, where it isn't yet: its packages are on no index", install(made.packages)],
      ["Look for mistakes in the data", `kernel debug data config.cfg ${paths}${code}`],
      ...(asked ? [["Pretrain", `kernel pretrain config.cfg pretrained --paths.raw_text RAW_TEXT${gpu}${code}`]] : []),
      ["Train", `kernel train config.cfg --output output ${paths}${
        asked ? " --paths.init_tok2vec pretrained/model-last.bin" : ""}${gpu}${code}`],
      ["Evaluate", `kernel evaluate output/model-best TEST${gpu}${code}`],
      ["Package", `kernel package output/model-best packages${code}`],
    ];
  }

  /* A word of a command as a shell takes it: Python's shlex.quote. */
  const word = (given) => (/^[\w@%+=:,./-]+$/.test(given) ? given : `'${given.replaceAll("'", "'\"'\"'")}'`);

  /* The command that writes the same config. */
  function command(choice) {
    const flags = parts.asked.filter((one) => choice.asked.includes(one.section)).map((one) => ` ${one.flag}`);
    return `kernel init config config.cfg --lang ${word(choice.lang)} --pipeline ${word(choice.pipeline.join(","))}` +
      (choice.optimize === "accuracy" ? " --optimize accuracy" : "") + (choice.gpu ? " --gpu" : "") +
      flags.join("") + parts.code.map((file) => ` --code ${file}`).join("");
  }

  return { languages, recipe, config, summary, commands, command, number, exactSum };
}
