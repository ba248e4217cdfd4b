import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LinkedText } from "../message/linked-text.tsx";
import { Picture } from "../message/picture.tsx";
import "../message/picture.css";
import { inALine, isPicture } from "../message/pictures.ts";
import type { Pending } from "../socket/outbox.ts";
import type { RoomClient } from "../socket/room-client.ts";
import type { Message } from "../socket/wire.ts";
import { timeText } from "./time.ts";

type Doing = "nothing" | "editing" | "deleting";

/** One message. One's own can be changed and taken back. */
export function Entry({
	client,
	message,
	isOwn,
	repliedTo,
	day,
}: {
	client: RoomClient;
	message: Message;
	isOwn: boolean;
	repliedTo: Message | undefined;
	day: string | undefined;
}): JSX.Element {
	const [doing, setDoing] = useState<Doing>("nothing");
	const [problem, setProblem] = useState("");
	const edit = useRef<HTMLButtonElement>(null);
	const change = async (work: Promise<void>) => {
		try {
			await work;
			setProblem("");
			setDoing("nothing");
		} catch (error) {
			setProblem(error instanceof Error ? error.message : String(error));
		}
	};
	const stop = () => {
		setDoing("nothing");
		setProblem("");
		requestAnimationFrame(() => edit.current?.focus());
	};
	const text = message.body ?? "";
	const isDrawn = isPicture(message.messageType, text);
	return (
		<>
			{day !== undefined && (
				<li class="day">
					<span>{day}</span>
				</li>
			)}
			<li class={isOwn ? "entry own" : "entry"}>
				<p class="author small">
					<span class={isOwn ? "unseen" : "who"}>{isOwn ? "You" : message.authorName}</span>
					{isOwn && !message.isDeleted && doing === "nothing" && (
						<span class="actions">
							{!isDrawn && (
								<button ref={edit} type="button" class="link" onClick={() => setDoing("editing")}>
									Edit
								</button>
							)}
							<button type="button" class="link" onClick={() => setDoing("deleting")}>
								Delete
							</button>
						</span>
					)}
					<time dateTime={message.dateCreated}>{timeText(message.dateCreated)}</time>
					{message.dateEdited && !message.isDeleted && <span>edited</span>}
				</p>
				{message.isDeleted ? (
					<p class="bubble gone">This message was deleted</p>
				) : doing === "editing" ? (
					<Editor
						text={text}
						onCancel={stop}
						onSave={(body) => void change(client.edit(message.chatMessageId, body))}
					/>
				) : isDrawn ? (
					<Picture body={text} label={`Picture from ${isOwn ? "you" : message.authorName}`} />
				) : (
					<div class="bubble">
						{repliedTo && <p class="quote small">{inALine(repliedTo, 140)}</p>}
						<p>
							<LinkedText text={text} />
						</p>
					</div>
				)}
				{doing === "deleting" && (
					<Confirm onCancel={stop} onDelete={() => void change(client.remove(message.chatMessageId))} />
				)}
				{problem !== "" && (
					<p class="small problem" role="alert">
						{problem}
					</p>
				)}
			</li>
		</>
	);
}

/** A message that the room has not acknowledged. */
export function Unsent({ client, pending }: { client: RoomClient; pending: Pending }): JSX.Element {
	return (
		<li class="entry own unsent">
			<p class="author small">
				<span class="unseen">You</span>
				<span>{pending.error === undefined ? "Sending …" : "Not sent"}</span>
			</p>
			<div class="bubble">
				<p>
					<LinkedText text={pending.body} />
				</p>
			</div>
			{pending.error !== undefined && (
				<p class="actions small always" role="alert">
					<span>{pending.error}</span>
					<button type="button" class="link" onClick={() => client.retry(pending.clientMessageId)}>
						Try again
					</button>
					<button type="button" class="link" onClick={() => client.discard(pending.clientMessageId)}>
						Discard
					</button>
				</p>
			)}
		</li>
	);
}

function Editor({
	text,
	onSave,
	onCancel,
}: {
	text: string;
	onSave: (text: string) => void;
	onCancel: () => void;
}): JSX.Element {
	const [draft, setDraft] = useState(text);
	const field = useRef<HTMLTextAreaElement>(null);
	useEffect(() => field.current?.focus(), []);
	const save = () => {
		const body = draft.trim();
		if (body !== "" && body !== text) onSave(body);
		else onCancel();
	};
	return (
		<form
			class="editor"
			onSubmit={(event) => {
				event.preventDefault();
				save();
			}}
		>
			<textarea
				ref={field}
				class="input"
				aria-label="Your message"
				rows={Math.min(8, draft.split("\n").length)}
				value={draft}
				onInput={(event) => setDraft(event.currentTarget.value)}
				onKeyDown={(event) => {
					if (event.key === "Escape") onCancel();
					if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
					event.preventDefault();
					save();
				}}
			/>
			<p class="row">
				<button type="submit" class="button primary">
					Save
				</button>
				<button type="button" class="button" onClick={onCancel}>
					Cancel
				</button>
			</p>
		</form>
	);
}

function Confirm({ onDelete, onCancel }: { onDelete: () => void; onCancel: () => void }): JSX.Element {
	const keep = useRef<HTMLButtonElement>(null);
	useEffect(() => keep.current?.focus(), []);
	return (
		<p class="row confirm small" role="group" aria-label="Delete this message?">
			<span>Delete it for everybody?</span>
			<button type="button" class="button danger" onClick={onDelete}>
				Delete
			</button>
			<button ref={keep} type="button" class="button" onClick={onCancel}>
				Keep
			</button>
		</p>
	);
}
