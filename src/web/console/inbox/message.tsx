import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Picture } from "../../message/picture.tsx";
import "../../message/picture.css";
import { inALine, isPicture } from "../../message/pictures.ts";
import type { Pending } from "../../socket/outbox.ts";
import type { RoomClient } from "../../socket/room-client.ts";
import type { Message } from "../../socket/wire.ts";
import { complain } from "../core/announce.tsx";
import { messageOf } from "../core/api.ts";
import { Avatar } from "../core/avatar.tsx";
import { Icon } from "../core/icons.tsx";
import { may } from "../core/session.ts";
import { dayOf, fully, isSameDay, timeOf } from "../core/time.ts";
import { indexOfId, type Conversation } from "./conversation-store.ts";
import { FoldedText } from "./folded-text.tsx";

/** What can be asked of a message from within its row. */
export type Act = (what: "reply" | "edit" | "go", message: Message) => void;

type Common = {
	row: number;
	measured: (row: HTMLElement | null) => void;
	tabIndex: number;
	onFocus: () => void;
};

type Props = Common & {
	/** Undefined while it is loaded. */
	message: Message | undefined;
	before: Message | undefined;
	conversation: Conversation;
	isFirstUnread: boolean;
	isTarget: boolean;
	/** Without its actions, which are half of the work of drawing it, as long as it flies past. */
	isBare: boolean;
	onAct: Act;
};

/** Messages of one person within this time are under one name. */
const TOGETHER_MS = 5 * 60_000;

/** One message, with the day above it where one begins. */
export function MessageRow(props: Props): JSX.Element {
	const { message, before, conversation, isFirstUnread, isTarget, isBare, onAct, ...common } = props;
	const { row, measured, tabIndex, onFocus } = common;
	const { client } = conversation;
	if (!message)
		return (
			<li class="message waiting-row" data-row={row} ref={measured} tabIndex={tabIndex} onFocus={onFocus}>
				<span class="skeleton" aria-label="Loading a message" />
			</li>
		);
	const isOwn = message.userId === client.me?.userId;
	const beginsDay = !before || !isSameDay(before.dateCreated, message.dateCreated);
	const isJoined = !beginsDay && !isFirstUnread && before.userId === message.userId && isNear(before, message);
	const isDrawn = isPicture(message.messageType, message.body ?? "");
	const mayEdit = isOwn && !message.isDeleted && !isDrawn;
	const mayDelete = !message.isDeleted && (isOwn || may("chat:administer"));
	const onKey = (event: KeyboardEvent): void => {
		if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
		const key = event.key.toLowerCase();
		if (message.isDeleted || !["r", "e", "delete"].includes(key)) return;
		event.preventDefault();
		event.stopPropagation();
		if (key === "r") onAct("reply", message);
		else if (key === "e" && mayEdit) onAct("edit", message);
		else if (key === "delete" && mayDelete) remove(client, message);
	};
	return (
		// A message takes the focus so that keys can act on it; the same actions are buttons inside it.
		// oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- see above
		<li
			class={`message${isOwn ? " own" : ""}${isJoined ? " joined" : ""}${isTarget ? " target" : ""}`}
			data-row={row}
			ref={measured}
			// oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
			tabIndex={tabIndex}
			onFocus={onFocus}
			onKeyDown={onKey}
		>
			{beginsDay && (
				<p class="day">
					<span>{dayOf(message.dateCreated)}</span>
				</p>
			)}
			{isFirstUnread && (
				<p class="day new">
					<span>New</span>
				</p>
			)}
			<div class="message-body">
				{!isJoined && !isOwn && <Avatar name={message.authorName} isHere={client.present.has(message.userId)} />}
				<div class="message-text">
					<p class={isJoined ? "unseen" : "message-head"}>
						<b class={isOwn ? "unseen" : ""}>{isOwn ? "You" : message.authorName}</b>{" "}
						{message.authorKind === "Visitor" && <span class="badge">Visitor</span>}{" "}
						<time dateTime={message.dateCreated} title={fully(message.dateCreated)}>
							{timeOf(message.dateCreated)}
						</time>
					</p>
					{message.replyToChatMessageId && (
						<Quote id={message.replyToChatMessageId} client={client} onGo={(quoted) => onAct("go", quoted)} />
					)}
					{message.isDeleted ? (
						<p class="deleted">Message deleted</p>
					) : isDrawn ? (
						<Picture body={message.body ?? ""} label={`Picture from ${isOwn ? "you" : message.authorName}`} />
					) : (
						<div class="bubble">
							<FoldedText text={message.body ?? ""} />
							{message.dateEdited && (
								<span class="edited" title={fully(message.dateEdited)}>
									{" "}
									edited
								</span>
							)}
						</div>
					)}
					{isOwn && <Receipt message={message} client={client} />}
				</div>
			</div>
			{!message.isDeleted && !isBare && (
				<div class="message-actions" role="group" aria-label="Act on this message">
					<Action name="reply" label="Reply" tabIndex={tabIndex} run={() => onAct("reply", message)} />
					{mayEdit && <Action name="edit" label="Edit" tabIndex={tabIndex} run={() => onAct("edit", message)} />}
					{mayDelete && <Action name="remove" label="Delete" tabIndex={tabIndex} run={() => remove(client, message)} />}
				</div>
			)}
		</li>
	);
}

type ActionProps = { name: "reply" | "edit" | "remove"; label: string; tabIndex: number; run: () => void };

function Action({ name, label, tabIndex, run }: ActionProps): JSX.Element {
	return (
		<button type="button" class="button plain icon" aria-label={label} title={label} tabIndex={tabIndex} onClick={run}>
			<Icon name={name} size={18} />
		</button>
	);
}

/** Who has read up to here and no further, under the newest own message that each has read. */
function Receipt({ message, client }: { message: Message; client: RoomClient }): JSX.Element | null {
	const { index, userId } = message;
	const isLastOwn = !hasOwnAfter(client, index);
	if (!isLastOwn) return null;
	const readers = [...client.members.values()].filter(
		(one) => one.userId !== userId && one.isActive && one.lastReadIndex >= index,
	);
	const names = readers.map(({ name }) => name);
	return (
		<p class="receipt">
			<Icon name={names.length > 0 ? "checks" : "check"} size={14} />
			{names.length > 0 ? `Read by ${listOf(names)}` : "Sent"}
		</p>
	);
}

/** Whether the reader has said something later; only what is loaded near the end can answer, and there it is asked. */
function hasOwnAfter({ messages, messageCount, me }: RoomClient, index: number): boolean {
	for (let later = index + 1; later <= Math.min(messageCount, index + 50); later += 1)
		if (messages.get(later)?.userId === me?.userId) return true;
	return messageCount > index + 50;
}

function listOf(names: string[]): string {
	return names.length > 3 ? `${names.slice(0, 2).join(", ")} and ${names.length - 2} more` : names.join(", ");
}

function Quote({ id, client, onGo }: { id: string; client: RoomClient; onGo: (quoted: Message) => void }): JSX.Element {
	const index = indexOfId(id);
	const quoted = client.messages.get(index);
	if (!quoted) {
		void client.load(index, index);
		return <p class="quote">…</p>;
	}
	return (
		<button type="button" class="quote" tabIndex={-1} onClick={() => onGo(quoted)}>
			<span class="unseen">In reply to </span>
			<b>{quoted.authorName}</b> {inALine(quoted, 140)}
		</button>
	);
}

/** A message on its way, or one that was refused. */
export function PendingRow({
	pending,
	client,
	row,
	measured,
	tabIndex,
	onFocus,
}: Common & { pending: Pending; client: RoomClient }): JSX.Element {
	const { clientMessageId, body, error } = pending;
	const [since] = useState(Date.now);
	const isLate = client.connection !== "online" || Date.now() - since > 3000;
	return (
		<li class="message own pending" data-row={row} ref={measured} tabIndex={tabIndex} onFocus={onFocus}>
			<div class="message-body">
				<div class="message-text">
					<div class="bubble">
						<FoldedText text={body} />
					</div>
					{error === undefined ? (
						<p class="receipt">
							<Icon name="clock" size={14} />
							{isLate ? "Waiting for the connection" : "Sending"}
						</p>
					) : (
						<p class="receipt failed" role="alert">
							<Icon name="warning" size={14} />
							Not sent: {error}
							<button type="button" class="button" onClick={() => client.retry(clientMessageId)}>
								Try again
							</button>
							<button type="button" class="button danger" onClick={() => client.discard(clientMessageId)}>
								Discard
							</button>
						</p>
					)}
				</div>
			</div>
		</li>
	);
}

function remove(client: RoomClient, message: Message): void {
	client.remove(message.chatMessageId).catch((error: unknown) => complain(`Not deleted: ${messageOf(error)}`));
}

function isNear(earlier: Message, later: Message): boolean {
	return Date.parse(later.dateCreated) - Date.parse(earlier.dateCreated) < TOGETHER_MS;
}
