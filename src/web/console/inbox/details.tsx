import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce, complain } from "../core/announce.tsx";
import { call, messageOf } from "../core/api.ts";
import { Avatar } from "../core/avatar.tsx";
import { Icon } from "../core/icons.tsx";
import { go } from "../core/route.ts";
import { may } from "../core/session.ts";
import { isWide } from "../core/wide.ts";
import { Dialog } from "../core/dialog.tsx";
import type { Member } from "../../socket/wire.ts";
import { LinksOf } from "../links/links-of.tsx";
import type { Conversation } from "./conversation-store.ts";
import type { Chat } from "./types.ts";

type Props = { conversation: Conversation; chat: Chat | undefined; name: string; onClose: () => void };

/** Who is in the chat and how far they have read; its name; its links. Beside the conversation where there is room, else above it. */
export function Details(props: Props): JSX.Element {
	void props.conversation.version.value;
	if (!isWide.value)
		return (
			<Dialog title="Details" kind="side" onClose={props.onClose}>
				<Content {...props} />
			</Dialog>
		);
	return (
		<aside class="details" aria-label="People and details">
			<header class="pane-head">
				<h2>Details</h2>
				<button type="button" class="button plain icon" aria-label="Close details" onClick={props.onClose}>
					<Icon name="close" />
				</button>
			</header>
			<Content {...props} />
		</aside>
	);
}

function Content({ conversation, chat, name }: Props): JSX.Element {
	const { client, chatId } = conversation;
	const members = [...client.members.values()]
		.filter(({ isActive }) => isActive)
		.sort((a, b) => a.name.localeCompare(b.name));
	const me = client.me?.userId ?? "";
	return (
		<div class="details-body">
			{chat?.kind !== "Visitor" && <Rename key={name} chatId={chatId} name={name} />}
			<h3>
				People <span class="quiet">{members.length}</span>
			</h3>
			<ul class="members">
				{members.map((member) => (
					<li key={member.userId}>
						<Avatar name={member.name} isHere={client.present.has(member.userId)} />
						<span class="member-name">
							{member.name}
							{member.userId === me && <span class="quiet"> (you)</span>}
							<span class="quiet small">
								{readingOf(member, client.messageCount, client.present.has(member.userId))}
							</span>
						</span>
						{member.kind !== "Visitor" && (
							<button
								type="button"
								class="button plain icon"
								aria-label={member.userId === me ? "Leave this chat" : `Remove ${member.name}`}
								title={member.userId === me ? "Leave" : "Remove"}
								onClick={() => void remove(chatId, member, member.userId === me)}
							>
								<Icon name={member.userId === me ? "leave" : "close"} size={16} />
							</button>
						)}
					</li>
				))}
			</ul>
			<AddMember chatId={chatId} />
			{may("links:manage") && <LinksOf resourceType="Chat" resourceUid={chatId} />}
		</div>
	);
}

function Rename({ chatId, name }: { chatId: string; name: string }): JSX.Element {
	const text = useSignal(name);
	return (
		<form
			class="inline-form"
			onSubmit={(event) => {
				event.preventDefault();
				void change(chatId, { chatName: text.value.trim() }, "Renamed.");
			}}
		>
			<label class="field grow">
				<span class="label">Name</span>
				<input
					class="input"
					maxLength={200}
					value={text}
					onInput={(event) => (text.value = event.currentTarget.value)}
				/>
			</label>
			<button type="submit" class="button" disabled={text.value.trim() === "" || text.value.trim() === name}>
				Rename
			</button>
		</form>
	);
}

function AddMember({ chatId }: { chatId: string }): JSX.Element {
	const userId = useSignal("");
	const name = useSignal("");
	return (
		<form
			class="add-member"
			onSubmit={(event) => {
				event.preventDefault();
				const chatMembers = [
					{ userId: userId.value.trim(), chatMemberName: name.value.trim() || userId.value.trim(), isActive: true },
				];
				void change(chatId, { chatMembers }, "Added.").then((isDone) => {
					if (isDone) userId.value = name.value = "";
				});
			}}
		>
			<label class="field">
				<span class="label">Add somebody: user id</span>
				<input
					class="input"
					required
					maxLength={128}
					value={userId}
					onInput={(event) => (userId.value = event.currentTarget.value)}
				/>
			</label>
			<label class="field">
				<span class="label">Name (optional)</span>
				<input
					class="input"
					maxLength={200}
					value={name}
					onInput={(event) => (name.value = event.currentTarget.value)}
				/>
			</label>
			<button type="submit" class="button" disabled={userId.value.trim() === ""}>
				Add
			</button>
		</form>
	);
}

function readingOf({ lastReadIndex, kind }: Member, messageCount: number, isHere: boolean): string {
	const parts = [isHere ? "here now" : "", kind === "Visitor" ? "visitor" : ""];
	const behind = messageCount - lastReadIndex;
	parts.push(behind <= 0 ? "has read everything" : `has ${behind} to read`);
	return parts.filter(Boolean).join(" · ");
}

async function remove(chatId: string, { chatMemberId, name }: Member, isOwn: boolean): Promise<void> {
	if (!confirm(isOwn ? "Leave this chat?" : `Remove ${name} from this chat?`)) return;
	const isDone = await change(
		chatId,
		{ chatMembers: [{ chatMemberId, isActive: false }] },
		isOwn ? "You have left." : "Removed.",
	);
	if (isDone && isOwn) go("inbox");
}

async function change(chatId: string, chat: object, done: string): Promise<boolean> {
	try {
		await call("PUT", `/v1/Chat/${chatId}`, { chat });
		announce(done);
		return true;
	} catch (error) {
		complain(messageOf(error));
		return false;
	}
}
