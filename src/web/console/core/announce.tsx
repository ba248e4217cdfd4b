import { signal } from "@preact/signals";
import type { JSX } from "preact";

const said = signal("");
const failed = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** Tells screen readers of something that happened, when they have finished their sentence. */
export function announce(text: string): void {
	said.value = text;
}

/** Shows everybody for a while what went wrong. */
export function complain(text: string): void {
	failed.value = text;
	clearTimeout(timer);
	timer = setTimeout(() => (failed.value = ""), 8000);
}

/** Where both are heard and seen. */
export function Announcements(): JSX.Element {
	return (
		<>
			<div class="unseen" role="status" aria-live="polite">
				{said}
			</div>
			<div class="toasts" role="alert">
				{failed.value && (
					<p class="toast">
						{failed}
						<button type="button" class="button plain" onClick={() => (failed.value = "")}>
							Dismiss
						</button>
					</p>
				)}
			</div>
		</>
	);
}
