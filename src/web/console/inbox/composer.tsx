import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Message } from "../../socket/wire.ts";
import { complain } from "../core/announce.tsx";
import { messageOf } from "../core/api.ts";
import { Icon } from "../core/icons.tsx";
import { session } from "../core/session.ts";
import { useKeys } from "../core/shortcuts.ts";
import type { Conversation } from "./conversation-store.ts";
import { draftOf, keepDraft } from "./drafts.ts";

/** What is being written: something new, an answer to a message, or a message anew. */
export type Writing = { what: "new" } | { what: "reply" | "edit"; message: Message };

type Props = {
	conversation: Conversation;
	name: string;
	writing: Writing;
	onWriting: (writing: Writing) => void;
	/** Why nothing can be written here. */
	closedBecause: string | undefined;
};

/** Bytes that a room takes, less than what UTF-8 makes of as many characters. */
const LONGEST = 1024 * 1024;

/** Where messages are written. What is written stays with its chat until it is sent. */
export function Composer({ conversation, name, writing, onWriting, closedBecause }: Props): JSX.Element {
	const { client, chatId } = conversation;
	const scope = `${session.value?.user.userId}/${chatId}`;
	const text = useSignal(draftOf(scope));
	const field = useRef<HTMLTextAreaElement>(null);
	useKeys({ r: () => field.current?.focus() });

	// An edit begins with the message's text, and leaves the draft as it was.
	useLayoutEffect(() => {
		text.value = writing.what === "edit" ? (writing.message.body ?? "") : draftOf(scope);
		if (writing.what !== "new") field.current?.focus();
	}, [writing]);
	useLayoutEffect(() => grow(field.current), [text.value]);
	useEffect(() => () => client.stopTyping(), [client]);

	const write = (value: string): void => {
		text.value = value;
		if (writing.what !== "edit") keepDraft(scope, value);
		if (value !== "") client.startTyping();
		else client.stopTyping();
	};
	const done = (): void => {
		if (writing.what !== "edit") keepDraft(scope, "");
		text.value = writing.what === "edit" ? draftOf(scope) : "";
		onWriting({ what: "new" });
	};
	const send = (): void => {
		const body = text.value.trim();
		if (body === "") return;
		if (new TextEncoder().encode(body).length > LONGEST) return complain("A message has at most 1 MiB.");
		if (writing.what === "edit") {
			const { chatMessageId } = writing.message;
			client.edit(chatMessageId, body).catch((error: unknown) => complain(`Not changed: ${messageOf(error)}`));
		} else
			void client.send(body, writing.what === "reply" ? { replyToChatMessageId: writing.message.chatMessageId } : {});
		done();
	};
	const onKey = (event: KeyboardEvent): void => {
		if (event.isComposing) return;
		if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
			event.preventDefault();
			send();
		} else if (event.key === "Escape") {
			event.preventDefault();
			if (writing.what === "new") field.current?.blur();
			else done();
		} else if (event.key === "ArrowUp" && text.value === "" && writing.what === "new") {
			const last = lastOwn(conversation);
			if (!last) return;
			event.preventDefault();
			onWriting({ what: "edit", message: last });
		}
	};

	if (closedBecause !== undefined) return <p class="composer-closed quiet">{closedBecause}</p>;
	return (
		<form
			class="composer"
			onSubmit={(event) => {
				event.preventDefault();
				send();
			}}
		>
			{writing.what !== "new" && (
				<p class="composer-about">
					<Icon name={writing.what} size={16} />
					<span>
						{writing.what === "reply" ? `Reply to ${writing.message.authorName}: ` : "Edit: "}
						<span class="quiet">{(writing.message.body ?? "").slice(0, 120)}</span>
					</span>
					<button type="button" class="button plain icon" aria-label="Cancel" onClick={done}>
						<Icon name="close" size={16} />
					</button>
				</p>
			)}
			<div class="composer-row">
				<textarea
					ref={field}
					class="input"
					rows={1}
					aria-label={`Message to ${name}`}
					placeholder={`Message to ${name}`}
					value={text}
					onInput={(event) => write(event.currentTarget.value)}
					onKeyDown={onKey}
				/>
				<button
					type="submit"
					class="button primary icon"
					aria-label={writing.what === "edit" ? "Save" : "Send"}
					title="Send (Enter)"
					disabled={text.value.trim() === ""}
				>
					<Icon name={writing.what === "edit" ? "check" : "send"} />
				</button>
			</div>
		</form>
	);
}

/** As high as its text, up to what CSS allows. */
function grow(field: HTMLTextAreaElement | null): void {
	if (!field) return;
	field.style.height = "auto";
	field.style.height = `${field.scrollHeight + 2}px`;
}

function lastOwn({ client }: Conversation): Message | undefined {
	for (let index = client.messageCount; index > Math.max(0, client.messageCount - 100); index -= 1) {
		const message = client.messages.get(index);
		if (message && !message.isDeleted && message.userId === client.me?.userId) return message;
	}
	return undefined;
}
