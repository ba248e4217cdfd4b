import type { Effective } from "./answers.ts";
import type { Ancestor, ListedAccount } from "./lookup-store.ts";
import type { AppSettings, BillingSettings } from "./settings.ts";
import type { Schedule } from "./schedule/schedule.ts";

/** A block of settings in force, and whose it is: a customer's, the account's, or (neither) the default. */
type Resolved<T> = { value: T; sourceCustomerId?: string; sourceAccountId?: string };

const NO_APP_SETTINGS: AppSettings = {
	enablePhoneNumberManagement: false,
	enableDeviceManagement: false,
	enableDialer: false,
	enableCallHistory: false,
	enableAssistants: false,
	showFileNameInMessageCenter: false,
};

/**
 * What holds for the last customer of a chain that begins at its root: of each block the nearest that overrides, whole and never mixed;
 * else the account's; else the default. A source above `root` is not named.
 */
export function effectiveOf(chain: readonly Ancestor[], account: ListedAccount | undefined, root: string): Effective {
	const nearest = [...chain].reverse();
	const from = <T>(source: Ancestor, value: T): Resolved<T> =>
		source.path.length >= root.length ? { value, sourceCustomerId: source.uid } : { value };
	const billing = nearest.find(({ override_billing_settings }) => override_billing_settings === 1);
	const app = nearest.find(({ override_app_settings }) => override_app_settings === 1);
	const scheduled = scheduleSource(nearest);
	const ofAccount = account && (JSON.parse(account.details) as { billingSettings?: BillingSettings }).billingSettings;
	return {
		billingSettings: billing
			? from(billing, read<BillingSettings>(billing.billing_settings) ?? {})
			: account && ofAccount
				? { value: ofAccount, sourceAccountId: account.uid }
				: { value: {} },
		appSettings: app ? from(app, read<AppSettings>(app.app_settings) ?? NO_APP_SETTINGS) : { value: NO_APP_SETTINGS },
		schedule: scheduled ? from(scheduled, read<Schedule>(scheduled.schedule)) : { value: undefined },
	};
}

/** The nearest customer with a schedule of its own; one without any inherits. */
function scheduleSource(nearest: readonly Ancestor[]): Ancestor | undefined {
	return nearest.find(({ schedule }) => read<Schedule>(schedule)?.inherit === false);
}

function read<T>(json: string | null | undefined): T | undefined {
	return json ? (JSON.parse(json) as T) : undefined;
}
