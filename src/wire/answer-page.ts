import { html, type Html } from "../http/html.ts";
import { layout } from "../http/layout.ts";
import { pascalCase, words } from "./formats/names.ts";
import { isObject } from "./formats/tree.ts";
import type { Format } from "./negotiate.ts";

const others: readonly Format[] = ["json", "jsv", "csv", "xml", "jsonl"];
/** Deeper than any answer of ours: what lies below is shown as it stands in the JSON. */
const DEPTH = 8;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** An answer for people who follow a link: members as rows, lists as tables, and the JSON below. `address` is that of a request that may be repeated. */
export function answerPage(name: string, value: unknown, address?: string): string {
	const title = words(pascalCase(name));
	const page = layout(
		name,
		html`<header>
				<h1>${title}</h1>
				${address !== undefined && formatLinks(address)}
			</header>
			<main class="answer">
				${isObject(value) ? sections(value) : part(value, 0)}
				<details>
					<summary>As JSON</summary>
					<pre>${JSON.stringify(value, null, 2)}</pre>
				</details>
			</main>`,
	);
	return `<!doctype html>${page.markup}`;
}

function formatLinks(address: string): Html {
	const links = others.map((format) => html`<li><a href="${addressIn(address, format)}">${format}</a></li>`);
	return html`<nav aria-label="Other formats">
		<ul>
			${links}
		</ul>
	</nav>`;
}

/** The address with another format; a suffix would win over it. */
function addressIn(address: string, format: Format): string {
	const url = new URL(address);
	for (const name of [...url.searchParams.keys()]) if (name.toLowerCase() === "format") url.searchParams.delete(name);
	url.searchParams.set("format", format);
	return url.pathname.replace(/\.html$/i, "") + url.search;
}

/** The answer's own members: those that are one value in one table, the others each under a heading. */
function sections(answer: Record<string, unknown>): Html {
	const isWide = (value: unknown) => Array.isArray(value) || isObject(value);
	const members = Object.entries(answer);
	const single = members.filter(([, value]) => !isWide(value));
	return html`${single.length > 0 && membersPart(Object.fromEntries(single), 0)}
	${members
		.filter(([, value]) => isWide(value))
		.map(
			([name, value]) =>
				html`<h2>${label(name)}</h2>
					${part(value, 0)}`,
		)}`;
}

function part(value: unknown, depth: number): Html {
	if (value === null || value === undefined || value === "") return html`<span class="quiet">none</span>`;
	if (typeof value === "string" && INSTANT.test(value))
		return html`<time datetime="${value}">${readable(value)}</time>`;
	if (typeof value === "string") return html`${value}`;
	if (Array.isArray(value) && depth < DEPTH) return listPart(value, depth);
	if (isObject(value) && depth < DEPTH) return membersPart(value, depth);
	return html`<code>${JSON.stringify(value)}</code>`;
}

function readable(instant: string): string {
	return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}

function membersPart(value: Record<string, unknown>, depth: number): Html {
	const rows = Object.entries(value).map(
		([name, member]) =>
			html`<tr>
				<th scope="row">${label(name)}</th>
				<td>${part(member, depth + 1)}</td>
			</tr>`,
	);
	if (rows.length === 0) return html`<span class="quiet">none</span>`;
	return html`<table class="members">
		<tbody>
			${rows}
		</tbody>
	</table>`;
}

function listPart(items: readonly unknown[], depth: number): Html {
	if (items.length === 0) return html`<span class="quiet">none</span>`;
	if (!items.every(isObject))
		return html`<ol>
			${items.map((item) => html`<li>${part(item, depth + 1)}</li>`)}
		</ol>`;
	const table = tableOf(items, depth);
	// A list within a row would hide the rows that follow.
	if (depth === 0) return table;
	return html`<details>
		<summary>${items.length === 1 ? "1 item" : `${items.length} items`}</summary>
		${table}
	</details>`;
}

function tableOf(items: readonly Record<string, unknown>[], depth: number): Html {
	const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
	const rows = items.map(
		(item) =>
			html`<tr>
				${names.map((name) => html`<td>${name in item && part(item[name], depth + 1)}</td>`)}
			</tr>`,
	);
	return html`<div class="wide" tabindex="0" role="region" aria-label="Table">
		<table>
			<thead>
				<tr>
					${names.map((name) => html`<th scope="col">${label(name)}</th>`)}
				</tr>
			</thead>
			<tbody>
				${rows}
			</tbody>
		</table>
	</div>`;
}

function label(name: string): string {
	return words(pascalCase(name));
}
