import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { call, messageOf } from "../core/api.ts";
import { Dialog } from "../core/dialog.tsx";
import { go } from "../core/route.ts";
import { fromList, learn } from "./chats.ts";
import type { ListedChat } from "./types.ts";

/** Begins a chat with people of one's own tenant. */
export function NewChat({ onClose }: { onClose: () => void }): JSX.Element {
	const name = useSignal("");
	const people = useSignal("");
	const problem = useSignal("");
	const create = async (): Promise<void> => {
		problem.value = "";
		const chatMembers = people.value
			.split(/[\s,;]+/)
			.filter(Boolean)
			.map((userId) => ({ userId, chatMemberName: userId, isActive: true }));
		try {
			const body = { chat: { chatName: name.value.trim(), chatMembers } };
			const { chat } = await call<{ chat: ListedChat[] }>("POST", "/v1/Chat", body);
			const [made] = chat.map(fromList);
			if (!made) return;
			learn([made]);
			onClose();
			go("inbox", made.chatId);
		} catch (error) {
			problem.value = messageOf(error);
		}
	};
	return (
		<Dialog title="New chat" onClose={onClose}>
			<form
				class="stack"
				onSubmit={(event) => {
					event.preventDefault();
					void create();
				}}
			>
				<label class="field">
					<span class="label">Name</span>
					<input
						class="input"
						required
						maxLength={200}
						value={name}
						onInput={(event) => (name.value = event.currentTarget.value)}
					/>
				</label>
				<label class="field">
					<span class="label">User ids of the others</span>
					<textarea
						class="input"
						rows={2}
						value={people}
						placeholder="acme-agent-2, acme-admin"
						onInput={(event) => (people.value = event.currentTarget.value)}
					/>
					<span class="hint">Separated by commas. You can add more later.</span>
				</label>
				{problem.value && (
					<p class="notice danger" role="alert">
						{problem}
					</p>
				)}
				<div class="dialog-foot">
					<button type="button" class="button" onClick={onClose}>
						Cancel
					</button>
					<button type="submit" class="button primary" disabled={name.value.trim() === ""}>
						Create
					</button>
				</div>
			</form>
		</Dialog>
	);
}
