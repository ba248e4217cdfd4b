import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RoomClient } from "../socket/room-client.ts";

/** Bytes that a room takes in one message, with room to spare for what four-byte characters add. */
const LONGEST = 200_000;

/** Where one writes. Return sends where there are keys for a new line; on a phone the button does. */
export function Composer({ client }: { client: RoomClient }): JSX.Element {
	const [text, setText] = useState("");
	const field = useRef<HTMLTextAreaElement>(null);
	const id = useId();
	useLayoutEffect(() => {
		const area = field.current;
		if (!area) return;
		area.style.height = "auto";
		area.style.height = `${area.scrollHeight + 2}px`;
	}, [text]);
	const send = () => {
		const body = text.trim();
		if (body === "") return;
		void client.send(body);
		setText("");
		field.current?.focus();
	};
	return (
		<form
			class="composer"
			onSubmit={(event) => {
				event.preventDefault();
				send();
			}}
		>
			<label class="unseen" for={id}>
				Your message
			</label>
			<textarea
				ref={field}
				id={id}
				class="input"
				rows={1}
				maxLength={LONGEST}
				placeholder="Write a message"
				enterkeyhint="send"
				value={text}
				onInput={(event) => {
					setText(event.currentTarget.value);
					if (event.currentTarget.value.trim() === "") client.stopTyping();
					else client.startTyping();
				}}
				onKeyDown={(event) => {
					// Return also ends what an input method composes.
					if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
					if (matchMedia("(pointer: coarse)").matches) return;
					event.preventDefault();
					send();
				}}
			/>
			<button type="submit" class="button primary send" aria-disabled={text.trim() === ""}>
				Send
			</button>
		</form>
	);
}
