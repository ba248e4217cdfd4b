import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { announce } from "../core/announce.tsx";
import { ApiError, call, messageOf } from "../core/api.ts";
import { contactsNamed, shown, type Contact } from "../core/contacts.ts";
import { Dialog } from "../core/dialog.tsx";
import { Icon } from "../core/icons.tsx";
import { useLoad } from "../core/load.tsx";
import { Picker } from "../core/picker.tsx";
import { may } from "../core/session.ts";
import { fully } from "../core/time.ts";
import { deliveryErrors, type Link } from "./types.ts";

type Resource = { resourceType: string; resourceUid: string };
type Made = { link: Link; portalUrl: string; deliveryErrors: string[] };
type Props = { resource?: Resource; onClose: () => void; onMade: () => void };

const builtIn = ["Chat", "Customer", "Connection"];

/** Makes a link for one person to one thing. Its address is shown this once. */
export function NewLink({ resource, onClose, onMade }: Props): JSX.Element {
	const made = useSignal<Made | undefined>(undefined);
	return (
		<Dialog title={made.value ? "The link is made" : "New customer link"} onClose={onClose}>
			{made.value ? (
				<Result made={made.value} onClose={onClose} />
			) : (
				<Form
					resource={resource}
					onClose={onClose}
					onMade={(result) => {
						made.value = result;
						announce("The link is made.");
						onMade();
					}}
				/>
			)}
		</Dialog>
	);
}

function Form({
	resource,
	onClose,
	onMade,
}: {
	resource: Resource | undefined;
	onClose: () => void;
	onMade: (made: Made) => void;
}): JSX.Element {
	const types = useLoad("types", () =>
		call<{ resourceTypes: { name: string; title: string }[] }>("GET", "/v1/resourcetype"),
	);
	const type = useSignal(resource?.resourceType ?? "Chat");
	const uid = useSignal(resource?.resourceUid ?? "");
	const contact = useSignal<Contact | undefined>(undefined);
	const email = useSignal("");
	const phone = useSignal("");
	const byEmail = useSignal(true);
	const bySms = useSignal(false);
	const hours = useSignal("");
	const views = useSignal("");
	const problem = useSignal<unknown>(undefined);
	const isBusy = useSignal(false);
	const wrong = (name: string): string | undefined =>
		problem.value instanceof ApiError ? problem.value.fields.get(name.toLowerCase()) : undefined;
	const create = async (): Promise<void> => {
		isBusy.value = true;
		problem.value = undefined;
		try {
			const made = await call<Made>("POST", "/v1/customerlink", {
				resourceType: type.value,
				resourceUid: uid.value.trim(),
				...(contact.value ? { recipientContactId: contact.value.contactId } : {}),
				...(email.value.trim() ? { recipientEmail: email.value.trim() } : {}),
				...(phone.value.trim() ? { recipientPhone: phone.value.trim() } : {}),
				deliverEmail: byEmail.value,
				deliverSms: bySms.value,
				...(hours.value ? { expiresInHours: Number(hours.value) } : {}),
				...(views.value ? { maxViews: Number(views.value) } : {}),
			});
			onMade(made);
		} catch (error) {
			problem.value = error;
		}
		isBusy.value = false;
	};
	return (
		<form
			class="stack"
			onSubmit={(event) => {
				event.preventDefault();
				void create();
			}}
		>
			{!resource && (
				<div class="two">
					<label class="field">
						<span class="label">Opens</span>
						<select class="input" value={type} onChange={(event) => (type.value = event.currentTarget.value)}>
							{[
								...builtIn,
								...(types.value?.resourceTypes.map(({ name }) => name).filter((name) => !builtIn.includes(name)) ?? []),
							].map((name) => (
								<option key={name}>{name}</option>
							))}
						</select>
					</label>
					<label class="field">
						<span class="label">Its id</span>
						<input
							class="input mono"
							required
							value={uid}
							onInput={(event) => (uid.value = event.currentTarget.value)}
						/>
						{wrong("ResourceUid") && <span class="error">{wrong("ResourceUid")}</span>}
					</label>
				</div>
			)}
			{may("contacts:manage") && (
				<Picker
					label="For a contact"
					placeholder="How their name begins"
					chosen={contact.value}
					onChoose={(one) => (contact.value = one)}
					find={contactsNamed}
					show={shown}
				/>
			)}
			<div class="two">
				<label class="field">
					<span class="label">{contact.value ? "Another e-mail address" : "Or an e-mail address"}</span>
					<input
						class="input"
						type="email"
						maxLength={254}
						value={email}
						onInput={(event) => (email.value = event.currentTarget.value)}
					/>
					{wrong("RecipientEmail") && <span class="error">{wrong("RecipientEmail")}</span>}
				</label>
				<label class="field">
					<span class="label">{contact.value ? "Another phone number" : "Or a phone number"}</span>
					<input
						class="input"
						type="tel"
						placeholder="+44 20 7946 0958"
						value={phone}
						onInput={(event) => (phone.value = event.currentTarget.value)}
					/>
					{wrong("RecipientPhone") && <span class="error">{wrong("RecipientPhone")}</span>}
				</label>
			</div>
			<fieldset class="choices">
				<legend class="label">Send it</legend>
				<label class="check">
					<input type="checkbox" checked={byEmail} onInput={(event) => (byEmail.value = event.currentTarget.checked)} />{" "}
					by e-mail
				</label>
				<label class="check">
					<input type="checkbox" checked={bySms} onInput={(event) => (bySms.value = event.currentTarget.checked)} /> by
					text message
				</label>
			</fieldset>
			<div class="two">
				<label class="field">
					<span class="label">Works for (hours)</span>
					<input
						class="input"
						type="number"
						min={1}
						placeholder="As its policy says"
						value={hours}
						onInput={(event) => (hours.value = event.currentTarget.value)}
					/>
					{wrong("ExpiresInHours") && <span class="error">{wrong("ExpiresInHours")}</span>}
				</label>
				<label class="field">
					<span class="label">May be opened (times)</span>
					<input
						class="input"
						type="number"
						min={1}
						placeholder="As its policy says"
						value={views}
						onInput={(event) => (views.value = event.currentTarget.value)}
					/>
					{wrong("MaxViews") && <span class="error">{wrong("MaxViews")}</span>}
				</label>
			</div>
			{problem.value !== undefined && (
				<p class="notice danger" role="alert">
					{messageOf(problem.value)}
				</p>
			)}
			<div class="dialog-foot">
				<button type="button" class="button" onClick={onClose}>
					Cancel
				</button>
				<button type="submit" class="button primary" disabled={isBusy.value}>
					Make the link
				</button>
			</div>
		</form>
	);
}

function Result({
	made: { link, portalUrl, deliveryErrors: errors },
	onClose,
}: {
	made: Made;
	onClose: () => void;
}): JSX.Element {
	const isCopied = useSignal(false);
	return (
		<div class="stack">
			{errors.length > 0 && (
				<ul class="notice warn">
					{errors.map((code) => (
						<li key={code}>{deliveryErrors[code] ?? code}</li>
					))}
				</ul>
			)}
			<label class="field">
				<span class="label">Its address, shown this once</span>
				<span class="with-button">
					<input class="input mono" readOnly value={portalUrl} onFocus={(event) => event.currentTarget.select()} />
					<button
						type="button"
						class="button"
						onClick={() => void navigator.clipboard.writeText(portalUrl).then(() => (isCopied.value = true))}
					>
						<Icon name={isCopied.value ? "check" : "copy"} size={18} />
						{isCopied.value ? "Copied" : "Copy"}
					</button>
				</span>
			</label>
			<p class="quiet">
				{link.expiresAtUtc ? `It works until ${fully(link.expiresAtUtc)}` : "It does not expire"}
				{typeof link.maxViews !== "number" ? "" : `, for ${link.maxViews} ${link.maxViews === 1 ? "view" : "views"}`}
				{link.requireOtp ? ", and asks for a code that the recipient is sent." : "."}
			</p>
			<div class="dialog-foot">
				<button type="button" class="button primary" onClick={onClose}>
					Done
				</button>
			</div>
		</div>
	);
}
