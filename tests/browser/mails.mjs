// Notices as people see them: the mails of a real run, decoded by mailparser, in a page that shows plain text as mail readers
// do, on a phone and on a desk; and the letters. Pictures of all of them are for people to look at: build/screens/mail-*.png.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import mailparser from "mailparser";
import { DEVICES, SCREENS, check, hinder, openBrowser, same, tell } from "./stage.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const LANGUAGES = ["en", "id", "ko"];
const KINDS = ["notice", "longest", "guardian", "supplement", "care"];
const CODE = /^([0-9a-z]{5}-){5}[0-9a-z]$/;
const folder = mkdtempSync(join(tmpdir(), "amanah-mails-"));
const told = JSON.parse(execFileSync("python3", [join(HERE, "mails_stage.py"), folder], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));

/** The page of a reader: who, to whom, what, and the text with the breaks that it has and those that the screen needs. */
function shown(mail, lang) {
  const safe = (text) => text.replace(/[&<>]/g, (one) => `&#${one.charCodeAt(0)};`);
  return `<!doctype html><html lang="${lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>mail</title>
<style>body{margin:16px;font:16px/1.45 sans-serif;color:#202124}h1{font-size:20px;font-weight:400;margin:0 0 8px}header{border-bottom:1px solid #ddd;margin-bottom:12px;color:#5f6368;font-size:14px}
h1,p{overflow-wrap:anywhere}main{white-space:pre-wrap;overflow-wrap:anywhere;max-width:720px}</style>
<h1>${safe(mail.subject)}</h1><header><p>${safe(mail.from.text)}<br>${safe(mail.to.text)}</p></header><main>${safe(mail.text.trimEnd())}</main></html>`;
}

/** In the page: each line of the text with the rows that it takes on the screen, what sticks out, and letters that no font has. */
function measured() {
  const main = document.querySelector("main"), node = main.firstChild, text = node.data, box = main.getBoundingClientRect();
  const lines = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const rects = [...line.matchAll(/\S+/g)].flatMap((word) => { // by words: a blank at a row's end hangs over, as it should
      const range = document.createRange();
      range.setStart(node, at + word.index);
      range.setEnd(node, at + word.index + word[0].length);
      return [...range.getClientRects()];
    });
    lines.push({ line, rows: new Set(rects.map((rect) => Math.round(rect.bottom / 4))).size, out: rects.some((rect) => rect.right > box.right + 1 || rect.left < box.left - 1 || rect.bottom > box.bottom + 1) });
    at += line.length + 1;
  }
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d", { willReadFrequently: true });
  canvas.width = canvas.height = 48;
  const drawn = (letter) => {
    pen.clearRect(0, 0, 48, 48);
    pen.font = getComputedStyle(main).font.replace(/^\S*?\d+px/, "32px");
    pen.fillText(letter, 4, 36);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const nothing = drawn("\u{0378}"), blank = drawn(" "); // a letter that Unicode has not given away: the box of fonts that lack one
  const missing = [...new Set(document.body.innerText)].filter((letter) => letter.trim() && [nothing, blank].includes(drawn(letter)));
  return { lines, text, missing, boxes: nothing !== blank, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    hidden: main.scrollHeight - main.clientHeight, seen: document.querySelector("main").innerText };
}

/** The fonts that Chromium really drew with, and how many letters each. */
async function fonts(page) {
  const client = await page.context().newCDPSession(page);
  await client.send("DOM.enable");
  await client.send("CSS.enable");
  const { root } = await client.send("DOM.getDocument");
  const { nodeId } = await client.send("DOM.querySelector", { nodeId: root.nodeId, selector: "main" });
  return (await client.send("CSS.getPlatformFontsForNode", { nodeId })).fonts;
}

async function seen(browser, device, kind, lang, mail) {
  const context = await browser.newContext({ ...DEVICES[device], javaScriptEnabled: true });
  const page = await context.newPage(), what = `${kind} ${lang} ${device}`;
  await hinder(page);
  await page.setContent(shown(mail, lang));
  const found = await page.evaluate(measured), drawn = await fonts(page);
  await page.screenshot({ path: join(SCREENS, `mail-${kind}-${lang}-${device}.png`), fullPage: true, scale: "css" });
  await context.close();
  same(found.seen, mail.text.trimEnd(), `${what}: the text is not all there`);
  same([found.wide, found.hidden], [0, 0], `${what}: wider than the screen, or cut`);
  same(found.lines.filter((one) => one.out).map((one) => one.line), [], `${what}: lines stick out`);
  check(found.boxes, "letters that no font has show as boxes here, or the next check would find none");
  same(found.missing, [], `${what}: letters that were not drawn`);
  const hangul = [...mail.text].filter((letter) => /\p{Script=Hangul}/u.test(letter)).length;
  const korean = drawn.filter((font) => /CJK KR|Nanum|KR/.test(font.familyName)).reduce((sum, font) => sum + font.glyphCount, 0);
  check(hangul === 0 || korean >= hangul, `${what}: ${hangul} letters of Hangul, of which Korean fonts drew ${korean}: ${JSON.stringify(drawn)}`);
  const codes = found.lines.filter((one) => CODE.test(one.line));
  same(codes.map((one) => one.rows), [1], `${what}: the notice code stands on one row`);
  found.lines.forEach(({ line, rows }, at) => {
    const next = found.lines[at + 1]?.line ?? "";
    check(rows < 2 || line.startsWith("- ") || next === "" || next.startsWith("- "), `${what}: a paragraph has breaks of its own: ${line} / ${next}`);
  });
}

async function mailsAreSeenWhole(browser, kind) {
  for (const lang of LANGUAGES) {
    const mine = told.mails.filter((one) => one.lang === lang && (["supplement", "care"].includes(kind) ? one.kind === "notice" : one.kind === kind));
    const at = { supplement: 1, care: 2 }[kind] ?? 0; // the second and third mail to the same person
    const mail = await mailparser.simpleParser(readFileSync(mine[at].path), { skipTextToHtml: true, skipTextLinks: true });
    for (const device of kind === "notice" ? ["phone", "desktop"] : ["phone"]) await seen(browser, device, kind, lang, mail);
  }
}

/** A letter's page as poppler draws it: nothing outside the margins, fonts in the file, an address in the window, and ink. */
function lettersAreSeenWhole() {
  const out = (...words) => execFileSync(words[0], words.slice(1), { encoding: "utf8" });
  const pages = out("pdftotext", "-bbox", told.letters, "-").split("<page ").slice(1);
  const size = (text, name) => Number(new RegExp(`${name}="([\\d.]+)"`).exec(text)[1]);
  check(pages.length >= 3 && pages.length <= 6, `${pages.length} pages for three letters`);
  for (const page of pages) {
    const words = page.match(/<word [^>]*>/g) ?? [];
    check(words.length > 5, "a page without words");
    for (const word of words) check(size(word, "xMin") > 30 && size(word, "xMax") < size(page, "width") - 30 && size(word, "yMax") < size(page, "height") - 20, `a word at the edge: ${word}`);
  }
  const fontRows = out("pdffonts", told.letters).trim().split("\n").slice(2);
  check(fontRows.length > 0 && fontRows.every((row) => / yes (yes|no) +(yes|no) +\d+ +\d+$/.test(row)), `fonts that are not in the file: ${fontRows}`);
  check(fontRows.some((row) => /Nanum|CJK/.test(row)), `no font with Hangul: ${fontRows}`);
  out("pdftoppm", "-r", "80", "-png", told.letters, join(SCREENS, "letter"));
  check(readdirSync(SCREENS).filter((name) => /^letter-\d+\.png$/.test(name)).length >= pages.length, "no picture of each page");
}

mkdirSync(SCREENS, { recursive: true });
const browser = await openBrowser();
const stories = Object.fromEntries(KINDS.map((kind) => [`a_mail_of_${kind}_is_seen_whole`, () => mailsAreSeenWhole(browser, kind)]));
const failed = await tell({ ...stories, letters_are_seen_whole: lettersAreSeenWhole });
await browser.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
