import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Message } from "../../socket/wire.ts";
import { announce, complain } from "../core/announce.tsx";
import { call, messageOf } from "../core/api.ts";
import { Avatar } from "../core/avatar.tsx";
import { Icon } from "../core/icons.tsx";
import { go, place } from "../core/route.ts";
import { may, session } from "../core/session.ts";
import { useKeys } from "../core/shortcuts.ts";
import { chatOf, isArchived, loadOne } from "./chats.ts";
import { Composer, type Writing } from "./composer.tsx";
import { openConversation, type Conversation } from "./conversation-store.ts";
import { Details } from "./details.tsx";
import { MessageList } from "./message-list.tsx";
import { nameOf, type Chat } from "./types.ts";

const NEW: Writing = { what: "new" };

/** The conversation of a chat, `target` being the index of a message to begin at. */
export function ConversationPane({ chatId, target }: { chatId: string; target: number | undefined }): JSX.Element {
	const conversation = useMemo(() => openConversation(chatId), [chatId]);
	useEffect(() => () => conversation.client.close(), [conversation]);
	const missing = useSignal("");
	useEffect(() => {
		missing.value = "";
		if (!chatOf(chatId)) loadOne(chatId).catch((error: unknown) => (missing.value = messageOf(error)));
	}, [chatId]);
	const chat = chatOf(chatId);
	if (missing.value || conversation.client.stop)
		return <Ended because={missing.value || reasonOf(conversation)} chatId={chatId} />;
	return <Open key={chatId} conversation={conversation} chat={chat} target={target} />;
}

function Open({
	conversation,
	chat,
	target,
}: {
	conversation: Conversation;
	chat: Chat | undefined;
	target: number | undefined;
}): JSX.Element {
	const { client, version, chatId } = conversation;
	void version.value;
	const writing = useSignal<Writing>(NEW);
	const isDetailed = useSignal(false);
	const goal = useSignal(target);
	useEffect(() => {
		goal.value = target;
	}, [target]);
	// Where reading begins is fixed when the chat is opened: the mark must not run away while one reads.
	const begin = useRef<number | undefined>(undefined);
	if (begin.current === undefined && client.me)
		begin.current = client.unreadCount > 0 ? client.me.lastReadIndex + 1 : 0;
	const name = nameOf({ chatName: client.chatName ?? chat?.chatName ?? "", kind: chat?.kind ?? "Group" });
	const isActive = client.isActive ?? chat?.isActive ?? true;
	const me = client.members.get(client.me?.userId ?? "");
	const isMember = me?.isActive ?? false;
	const isKept = chat ? isArchived(chat) : false;
	useKeys({
		i: () => (isDetailed.value = !isDetailed.value),
		e: () => void archive(chatId, !isKept, isMember),
		Escape: () => go("inbox"),
	});
	const act = (what: "reply" | "edit" | "go", message: Message): void => {
		if (what === "go") goal.value = message.index;
		else writing.value = { what, message };
	};
	const firstUnread = begin.current ?? 0;
	return (
		<>
			<section class="conversation" aria-label={`Conversation: ${name}`}>
				<header class="pane-head">
					<a class="button plain icon only-narrow" href={place("inbox")} aria-label="Back to the list">
						<Icon name="back" />
					</a>
					<Avatar name={name} />
					<div class="conversation-title">
						<h1 dir="auto">{name}</h1>
						<p class="quiet small">{standingOf(conversation, chat)}</p>
					</div>
					{chat?.kind === "Visitor" && !isMember && isActive && (
						<button type="button" class="button primary" onClick={() => void pickUp(chatId)}>
							Pick up
						</button>
					)}
					{may("chat:use") && (
						<button
							type="button"
							class="button plain icon"
							aria-label={isKept ? "Take out of the archive" : "Archive"}
							title={`${isKept ? "Take out of the archive" : "Archive"} (E)`}
							onClick={() => void archive(chatId, !isKept, isMember)}
						>
							<Icon name="archive" />
						</button>
					)}
					<button
						type="button"
						class="button plain icon"
						aria-label="People and details"
						aria-expanded={isDetailed.value}
						title="People and details (I)"
						onClick={() => (isDetailed.value = !isDetailed.value)}
					>
						<Icon name="people" />
					</button>
				</header>
				<ConnectionNotice conversation={conversation} />
				{client.me && (
					<MessageList
						key={goal.value}
						conversation={conversation}
						target={goal.value}
						firstUnread={firstUnread}
						onAct={act}
					/>
				)}
				<p class="typing quiet small" aria-live="polite">
					{typingOf(client.typing)}
				</p>
				<Composer
					conversation={conversation}
					name={name}
					writing={writing.value}
					onWriting={(next) => (writing.value = next)}
					closedBecause={isActive ? undefined : "This conversation is closed. Nothing more can be written."}
				/>
			</section>
			{isDetailed.value && (
				<Details conversation={conversation} chat={chat} name={name} onClose={() => (isDetailed.value = false)} />
			)}
		</>
	);
}

function Ended({ because, chatId }: { because: string; chatId: string }): JSX.Element {
	return (
		<section class="conversation ended" aria-label="Conversation">
			<div class="empty-state" role="alert">
				<h1>This conversation is not open</h1>
				<p class="quiet">{because}</p>
				<p>
					<a class="button" href={place("inbox")}>
						Back to the inbox
					</a>{" "}
					<button type="button" class="button plain" onClick={() => location.reload()} data-chat={chatId}>
						Try again
					</button>
				</p>
			</div>
		</section>
	);
}

/** Says that there is no connection once that has lasted long enough to matter. */
function ConnectionNotice({ conversation: { client, version } }: { conversation: Conversation }): JSX.Element | null {
	void version.value;
	const isLate = useSignal(false);
	useEffect(() => {
		isLate.value = false;
		if (client.connection === "online") return;
		const timer = setTimeout(() => (isLate.value = true), client.connection === "offline" ? 0 : 1500);
		return () => clearTimeout(timer);
	}, [client.connection]);
	if (!isLate.value || client.connection === "online") return null;
	return (
		<p class="notice warn strip" role="status">
			{client.connection === "offline"
				? "You are offline. What you write is kept and sent when you are back."
				: "Connecting again. What you write is kept and sent then."}
		</p>
	);
}

function reasonOf({ client }: Conversation): string {
	switch (client.stop?.code) {
		case 4507:
			return "You are not a member of it, or you were removed, or it does not exist.";
		case 4504:
			return "There are too many connections to it.";
		default:
			return client.stop?.reason ?? "";
	}
}

function standingOf({ client }: Conversation, chat: Chat | undefined): string {
	const active = [...client.members.values()].filter(({ isActive }) => isActive);
	const others = [...client.present.keys()].filter((userId) => userId !== client.me?.userId).length;
	const people = chat?.kind === "Visitor" ? "Visitor" : `${active.length} ${active.length === 1 ? "person" : "people"}`;
	return others > 0 ? `${people} · ${others === 1 ? "1 other is" : `${others} others are`} here now` : people;
}

function typingOf(names: string[]): string {
	if (names.length === 0) return "";
	return names.length > 2
		? "Several people are writing…"
		: `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} writing…`;
}

/** Joins a visitor's room, so that the others see that somebody takes care of it. */
async function pickUp(chatId: string): Promise<void> {
	const { userId, name } = session.value?.user ?? { userId: "", name: "" };
	await change(chatId, { chatMembers: [{ userId, chatMemberName: name, isActive: true }] }, "You have picked it up.");
}

/** For all where the caller may do that and is no member; else for the caller alone. */
async function archive(chatId: string, isArchived: boolean, isMember: boolean): Promise<void> {
	const { userId } = session.value?.user ?? { userId: "" };
	const chat = isMember
		? { chatMembers: [{ userId, isArchived }], ...(isArchived ? {} : { isArchived }) }
		: { isArchived };
	await change(chatId, chat, isArchived ? "Archived." : "Taken out of the archive.");
}

async function change(chatId: string, chat: object, done: string): Promise<void> {
	try {
		await call("PUT", `/v1/Chat/${chatId}`, { chat });
		announce(done);
		await loadOne(chatId);
	} catch (error) {
		complain(messageOf(error));
	}
}
