import type { JSX } from "preact";

export function Customers(_: { parts: readonly string[] }): JSX.Element {
	return <p class="empty">…</p>;
}
