import { useEffect, useRef, useState } from "preact/hooks";
import { bodyOf, PICTURE } from "../message/pictures.ts";
import type { Conversation } from "./conversation.ts";
import type { Memory } from "./memory.ts";
import type { Words } from "./words.ts";

type Props = { conversation: Conversation; memory: Memory; words: Words };

/** Where the visitor writes. What is not sent yet stays over a reload. */
export function Composer({ conversation, memory, words }: Props) {
	const [draft, setDraft] = useState(memory.tab.draft ?? "");
	const [isRefused, setRefused] = useState(false);
	const field = useRef<HTMLTextAreaElement>(null);
	const chooser = useRef<HTMLInputElement>(null);

	const write = (text: string) => {
		setDraft(text);
		memory.keepTab({ draft: text });
		if (text.trim() === "") conversation.client?.stopTyping();
		else conversation.client?.startTyping();
	};
	const send = () => {
		if (draft.trim() === "") return;
		conversation.say(draft.trim());
		setDraft("");
		memory.keepTab({ draft: "" });
		field.current?.focus();
	};
	const sendPicture = async (file: File | undefined) => {
		if (!file) return;
		const body = await bodyOf(file);
		setRefused(body === undefined);
		if (body !== undefined) conversation.say(body, PICTURE);
	};
	useEffect(() => fit(field.current), [draft]);

	return (
		<form
			class="composer"
			onSubmit={(event) => {
				event.preventDefault();
				send();
			}}
		>
			{isRefused && (
				<p class="notice danger" role="alert">
					{words.pictureRefused}
				</p>
			)}
			<div class="row">
				<input
					ref={chooser}
					type="file"
					accept="image/*"
					hidden
					onChange={(event) => {
						void sendPicture(event.currentTarget.files?.[0]);
						event.currentTarget.value = "";
					}}
				/>
				<button
					type="button"
					class="button plain icon"
					aria-label={words.picture}
					title={words.picture}
					onClick={() => chooser.current?.click()}
				>
					<svg viewBox="0 0 24 24" aria-hidden="true">
						<path d="M5 4h14a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM3.5 17.5l5-5 4 4 3-3 5 4.5M15.5 9h.01" />
					</svg>
				</button>
				<textarea
					ref={field}
					class="input"
					rows={1}
					dir="auto"
					aria-label={words.message}
					placeholder={words.message}
					enterkeyhint="send"
					autocomplete="off"
					value={draft}
					onInput={(event) => write(event.currentTarget.value)}
					onKeyDown={(event) => {
						// While a word is being composed, Enter chooses it.
						if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
						event.preventDefault();
						send();
					}}
					onPaste={(event) => {
						const file = Array.from(event.clipboardData?.files ?? []).find(({ type }) => type.startsWith("image/"));
						if (!file) return;
						event.preventDefault();
						void sendPicture(file);
					}}
				/>
				<button
					type="submit"
					class="button primary icon send"
					aria-label={words.send}
					aria-disabled={draft.trim() === ""}
				>
					<svg viewBox="0 0 24 24" aria-hidden="true">
						<path d="M12 19V5M6 11l6-6 6 6" />
					</svg>
				</button>
			</div>
		</form>
	);
}

/** As high as what is written, up to what the style sheet allows. */
function fit(field: HTMLTextAreaElement | null): void {
	if (!field) return;
	field.style.height = "auto";
	if (field.scrollHeight > 0) field.style.height = `${field.scrollHeight + 2}px`;
}
