import { html, type Html } from "../../http/html.ts";
import { pascalCase } from "../../wire/formats/names.ts";
import { permissionsOf, rolesOf } from "../access.ts";
import { sampleExchange } from "../exchange.ts";
import { pageFormats, suffixOf, type PageFormat } from "../formats.ts";
import { languages } from "../languages.ts";
import {
	typesOf,
	type Catalog,
	type DescribedOperation,
	type Member,
	type NamedType,
	type ObjectType,
} from "../model.ts";
import { dotNetName } from "../types/csharp.ts";
import { libraryTypes, verbsOf } from "../types/language.ts";
import { layout } from "../../http/layout.ts";

export type OperationView = { format: PageFormat; lang: string | undefined; host: string };

/** All of an operation in the order of ServiceStack's pages (section 7.2 of its reference). */
export function operationPage(operation: DescribedOperation, catalog: Catalog, view: OperationView): Html {
	const { name, summary } = operation;
	return layout(
		`${name} - Foyer`,
		html`<header>
				<p><a href="/metadata">&lt;back to all web services</a></p>
				<h1>${name.split(/(?=[A-Z])/).map((word) => html`${word}<wbr />`)}</h1>
				<p>${summary}</p>
				${navigation(name, view)}
			</header>
			<main>
				${access(operation)} ${routes(operation)} ${languageNavigation(name, view)}
				${view.lang === undefined ? parameters(operation, catalog) : source(operation, catalog, view.lang)}
				${samples(operation, catalog, view)}
			</main>`,
	);
}

function address(name: string, format: string, lang: string | undefined): string {
	return `/${format}/metadata?op=${name}${lang === undefined ? "" : `&lang=${lang}`}`;
}

function link(href: string, text: string, isCurrent: boolean): Html {
	return html`<li><a href="${href}" ${isCurrent && html` aria-current="page"`}>${text}</a></li>`;
}

function navigation(name: string, { format, lang }: OperationView): Html {
	const links = pageFormats.map((one) => link(address(name, one, lang), one.toUpperCase(), one === format));
	return html`<nav aria-label="Formats">
		<ul>
			${links}
		</ul>
	</nav>`;
}

function languageNavigation(name: string, { format, lang }: OperationView): Html {
	const links = Object.entries(languages).map(([key, { label }]) =>
		link(address(name, format, key), label, key === lang),
	);
	const first = link(address(name, format, undefined), "Metadata", lang === undefined);
	return html`<h2>Types</h2>
		<nav aria-label="Languages">
			<ul>
				${first}${links}
			</ul>
		</nav>`;
}

function access(operation: DescribedOperation): Html {
	const roles = rolesOf(operation);
	if (!roles) {
		const reasons = operation.routes
			.flatMap((route) => route.access)
			.flatMap((one) => ("open" in one ? [one.open] : []));
		return html`<p class="quiet">No credential at the door: ${[...new Set(reasons)].join(", ")}.</p>`;
	}
	const rows = [
		roles.length > 0 && row(roles.length > 1 ? "Requires any of the roles:" : "Requires the role:", roles),
		row("Required permission(s):", permissionsOf(operation)),
	];
	return html`<div class="wide">
		<table class="authentication">
			<caption>
				<b>Requires Authentication</b>
			</caption>
			<tbody>
				${rows}
			</tbody>
		</table>
	</div>`;
}

function row(heading: string, values: readonly string[]): Html {
	return html`<tr>
		<th scope="row">${heading}</th>
		<td>${values.join(", ")}</td>
	</tr> `;
}

function routes(operation: DescribedOperation): Html {
	const rows = operation.routes.map(
		({ path, methods }) =>
			html`<tr>
				<th scope="row" class="verbs">${verbsOf(operation, methods) ?? "All Verbs"}</th>
				<td><code>${path}</code></td>
			</tr> `,
	);
	return html`<div class="wide">
		<table class="routes">
			<caption>
				The following routes are available for this service:
			</caption>
			<tbody>
				${rows}
			</tbody>
		</table>
	</div>`;
}

function parameters(operation: DescribedOperation, catalog: Catalog): Html {
	const inPath = new Set(
		operation.routes.flatMap(({ path }) =>
			Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name.toLowerCase()),
		),
	);
	const isBody = operation.routes.some(
		({ methods }) =>
			verbsOf(operation, methods) !== undefined && methods.some((method) => method === "POST" || method === "PUT"),
	);
	const place = (member: Member) => (inPath.has(member.name.toLowerCase()) ? "path" : isBody ? "body" : "query");
	const types = typesOf(operation, catalog).sort(
		(a, b) => Number(libraryTypes.has(a.name)) - Number(libraryTypes.has(b.name)),
	);
	const others = types.map((type) => (type.kind === "object" ? membersTable(type, () => "form") : other(type)));
	return html`${membersTable(operation.request, place)}${others}`;
}

function membersTable(type: ObjectType, place: (member: Member) => string): Html {
	const rows = type.members.map(
		(member) =>
			html`<tr>
				<th scope="row">${pascalCase(member.name)}</th>
				<td data-label="In: ">${place(member)}</td>
				<td data-label="Type: "><code>${dotNetName(member)}</code></td>
				<td data-label="Required: ">${member.isRequired ? "Yes" : "No"}</td>
				<td>${member.description}</td>
			</tr> `,
	);
	const base = type.base && html` (and those of ${type.base.name})`;
	return html`<div class="wide">
		<table class="params stacked">
			<caption>
				<b>${type.name}</b>
				Parameters:${base}
			</caption>
			<thead>
				<tr>
					<th scope="col">Name</th>
					<th scope="col">Parameter</th>
					<th scope="col">Data Type</th>
					<th scope="col">Required</th>
					<th scope="col">Description</th>
				</tr>
			</thead>
			<tbody>
				${rows}
			</tbody>
		</table>
	</div> `;
}

function other(type: Exclude<NamedType, ObjectType>): Html {
	if (type.kind === "dictionary") return html`<p><b>${type.name}</b>: a map by names</p> `;
	return html`<div class="wide">
		<table class="enum">
			<caption>
				<b>${type.name}</b>
				Enum:
			</caption>
			<tbody>
				${type.values.map(
					(value) =>
						html`<tr>
							<td>${value}</td>
						</tr> `,
				)}
			</tbody>
		</table>
	</div> `;
}

function source(operation: DescribedOperation, catalog: Catalog, lang: string): Html | undefined {
	const language = languages[lang];
	if (!language) return undefined;
	const types = typesOf(operation, catalog).filter(({ name }) => !language.library.has(name));
	const parts = [...types, operation.request].map((type) => language.type(type));
	const text = [...(language.preamble ? [language.preamble] : []), ...parts].join("\n\n");
	return html`<pre><code>${text}</code></pre>
		<p><a href="/types/${lang}?IncludeTypes=${operation.name}.*">${language.label} ${operation.name} DTOs</a></p>`;
}

function samples(operation: DescribedOperation, catalog: Catalog, { format, host }: OperationView): Html {
	const { request, response } = sampleExchange(operation, catalog, format, host);
	const suffix = suffixOf(format);
	return html`<p>
			To override the Content-type in your clients, use the HTTP <b>Accept</b> Header, append the
			<b>.${suffix}</b> suffix or <b>?format=${suffix}</b>
		</p>
		<h2>HTTP + ${suffix.toUpperCase()}</h2>
		<p>
			The following are sample HTTP requests and responses. The placeholders shown need to be replaced with actual
			values.
		</p>
		<pre><code>${request}</code></pre>
		<pre><code>${response}</code></pre>`;
}
