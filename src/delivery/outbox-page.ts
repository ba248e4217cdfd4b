import { html, type Html } from "../http/html.ts";
import { layout } from "../http/layout.ts";
import type { Kept } from "./outbox.ts";

type Filter = { to: string | undefined; channel: string | undefined };

/** Messages that stayed here, the newest first. */
export function outboxPage({ messages, hasMore }: { messages: Kept[]; hasMore: boolean }, filter: Filter): Html {
	const isFiltered = filter.to !== undefined || filter.channel !== undefined;
	const empty = isFiltered
		? html`<p>No message matches. <a href="/dev/outbox">Show all</a></p>`
		: html`<p>Nothing was sent yet. Make a customer link, and its message appears here.</p>`;
	return layout(
		"Outbox - Foyer",
		html`<div class="outbox">
			<header>
				<h1>Outbox</h1>
				<p class="quiet">
					Messages of the last 24 hours, the newest first. Nothing left this machine.
					<a href="/dev/outbox?format=json">The same as JSON</a>
				</p>
				${filterForm(filter)}
			</header>
			<main>
				${messages.length === 0 ? empty : messages.map(article)} ${hasMore && html`<p>There are older ones.</p>`}
			</main>
		</div>`,
	);
}

function filterForm({ to, channel }: Filter): Html {
	const option = (value: string, text: string) =>
		html`<option value="${value}" ${(channel ?? "").toLowerCase() === value.toLowerCase() && html`selected`}>
			${text}
		</option>`;
	return html`<form action="/dev/outbox">
		<label>To <input name="to" type="search" value="${to ?? ""}" placeholder="address or number" /></label>
		<label
			>By
			<select name="channel">
				${option("", "any channel")} ${option("Email", "e-mail")} ${option("Sms", "text message")}
			</select></label
		>
		<button>Show</button>
	</form>`;
}

function article({ id, tenantId, kind, channel, to, subject, text, html: mail, code, link, createdAt }: Kept): Html {
	const name = `message-${id}`;
	return html`<article aria-labelledby="${name}">
		<h2 id="${name}">${subject ?? `${kind} by text message`}</h2>
		<p class="quiet">
			To <a href="/dev/outbox?to=${encodeURIComponent(to)}">${to}</a> · ${channel} · ${kind} · ${tenantId} ·
			<time datetime="${createdAt}">${createdAt.replace("T", " ").slice(0, 19)} UTC</time>
		</p>
		${code !== undefined && html`<p class="code">${code}</p>`}
		${link !== undefined && html`<p><a class="action" href="${link}" target="_blank">Open the link</a></p>`}
		<pre>${text}</pre>
		${
			mail !== undefined &&
			html`<details>
				<summary>As the mail looks</summary>
				<iframe
					src="/dev/outbox/${id}"
					title="The mail: ${subject ?? ""}"
					sandbox="allow-popups allow-popups-to-escape-sandbox"
					loading="lazy"
				></iframe>
			</details>`
		}
	</article>`;
}
