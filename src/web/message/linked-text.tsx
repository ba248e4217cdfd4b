import type { JSX } from "preact";

/** Text with its addresses made into links. Everything else stays the text that it is. */
export function LinkedText({ text }: { text: string }): JSX.Element {
	const parts = text.split(/(\bhttps?:\/\/[^\s<>"`]+)/gi);
	return <>{parts.map((part, place) => (place % 2 === 1 ? <Link key={place} address={part} /> : part))}</>;
}

function Link({ address }: { address: string }): JSX.Element {
	// A full stop after an address, or a bracket round it, belongs to the sentence.
	const [, href = address, rest = ""] = /^(.*?)([.,;:!?'”’)\]}]*)$/.exec(address) ?? [];
	if (!URL.canParse(href)) return <>{address}</>;
	return (
		<>
			<a href={href} target="_blank" rel="noopener noreferrer nofollow ugc">
				{href}
			</a>
			{rest}
		</>
	);
}
