import { html, type Html } from "../../http/html.ts";
import { pageFormats } from "../formats.ts";
import { languages } from "../languages.ts";
import type { Catalog } from "../model.ts";
import { layout } from "../../http/layout.ts";

/** All operations, each in every format. */
export function indexPage({ operations }: Catalog): Html {
	const rows = operations.map(
		({ name, summary }) =>
			html`<tr>
				<th scope="row">${name}</th>
				<td>${summary}</td>
				${pageFormats.map(
					(format) =>
						html`<td><a href="/${format}/metadata?op=${name}" aria-label="${name} in ${format}">${format}</a></td>`,
				)}
			</tr>`,
	);
	return layout(
		"Foyer operations",
		html`<header>
				<h1>Foyer operations</h1>
				<p class="quiet">
					The following operations are supported. Each can be called by its routes, or as <code>/api/{Operation}</code>.
				</p>
				<nav aria-label="Descriptions">
					<ul>
						<li><a href="/docs">Reference</a></li>
						<li><a href="/openapi.json">OpenAPI 3.1</a></li>
						${Object.entries(languages).map(([key, { label }]) => html`<li><a href="/types/${key}">${label}</a></li>`)}
						<li><a href="/types/metadata">Types as JSON</a></li>
					</ul>
				</nav>
			</header>
			<main class="wide">
				<table class="operations stacked">
					<thead>
						<tr>
							<th scope="col">Operation</th>
							<th scope="col">What it does</th>
							<th scope="col" colspan="${pageFormats.length}">Formats</th>
						</tr>
					</thead>
					<tbody>
						${rows}
					</tbody>
				</table>
			</main>`,
	);
}
