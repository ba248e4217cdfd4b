import { html, type Html } from "../../http/html.ts";

/** The interactive reference: a page that our own copy of Swagger UI fills from `/openapi.json`. */
export function referencePage(): Html {
	return html`<html lang="en">
		<head>
			<meta charset="utf-8" />
			<meta name="viewport" content="width=device-width, initial-scale=1" />
			<title>Foyer reference</title>
			<link rel="stylesheet" href="/assets/swagger-ui.css" />
			<link rel="stylesheet" href="/assets/reference.css" />
			<script src="/assets/swagger-ui-bundle.js" defer></script>
			<script src="/assets/reference.js" defer></script>
		</head>
		<body>
			<main id="reference">
				<noscript>The reference needs JavaScript; <a href="/metadata">the pages of the operations</a> do not.</noscript>
			</main>
		</body>
	</html> `;
}
