import type { JSX } from "preact";

export function Activity(_: { parts: readonly string[] }): JSX.Element {
	return <p class="empty">…</p>;
}
