import type { JSX } from "preact";
import { useState } from "preact/hooks";

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+[^\s<>"'`.,;:!?)\]}]/g;
const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|avif);base64,[A-Za-z0-9+/=\s]+$/;
/** Longer texts are folded: a pasted log must not be the whole conversation. */
const FOLDED = 1500;

/** What somebody wrote: text, whatever it looks like. Only addresses become links, and only pictures pictures. */
export function RichText({ text }: { text: string }): JSX.Element {
	const [isOpen, setOpen] = useState(false);
	if (PICTURE.test(text)) return <img class="picture" src={text} alt="" loading="lazy" />;
	const isFolded = text.length > FOLDED && !isOpen;
	return (
		<>
			<span class="said" dir="auto">
				{linked(isFolded ? `${text.slice(0, FOLDED)}…` : text)}
			</span>
			{isFolded && (
				<button type="button" class="button plain" onClick={() => setOpen(true)}>
					Show all {Math.ceil(text.length / 1000)},000 characters
				</button>
			)}
		</>
	);
}

function linked(text: string): (string | JSX.Element)[] {
	const parts: (string | JSX.Element)[] = [];
	let end = 0;
	for (const { 0: address, index } of text.matchAll(ADDRESS)) {
		parts.push(text.slice(end, index));
		parts.push(
			<a href={address} target="_blank" rel="noopener noreferrer nofollow">
				{address}
			</a>,
		);
		end = index + address.length;
	}
	return [...parts, text.slice(end)];
}
