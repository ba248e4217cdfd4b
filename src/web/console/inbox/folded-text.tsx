import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { LinkedText } from "../../message/linked-text.tsx";

/** Longer texts are folded: a pasted log must not be the whole conversation. */
const FOLDED = 1500;

/** What somebody wrote, as far as it is short. */
export function FoldedText({ text }: { text: string }): JSX.Element {
	const [isOpen, setOpen] = useState(false);
	const isFolded = text.length > FOLDED && !isOpen;
	return (
		<>
			<span class="said" dir="auto">
				<LinkedText text={isFolded ? `${text.slice(0, FOLDED)}…` : text} />
			</span>
			{isFolded && (
				<button type="button" class="button plain" onClick={() => setOpen(true)}>
					Show all {Math.ceil(text.length / 1000)},000 characters
				</button>
			)}
		</>
	);
}
