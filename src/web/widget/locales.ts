/** The languages that the widget speaks. */
const locales = ["en", "de", "es", "fr", "pt"] as const;
export type Locale = (typeof locales)[number];

/** The language nearest to a tag of BCP 47. */
export function localeOf(tag: string): Locale {
	const base = tag.toLowerCase().split("-", 1)[0];
	return locales.find((locale) => locale === base) ?? "en";
}

type Labels = { open: string; close: string; unread: string; failed: string };

/** What the button says. The panel has its own words, which come with it. `#` is a number. */
export const labels: Record<Locale, Labels> = {
	en: {
		open: "Open chat",
		close: "Close chat",
		unread: "# unread",
		failed: "The chat could not be loaded. Try again.",
	},
	de: {
		open: "Chat öffnen",
		close: "Chat schließen",
		unread: "# ungelesen",
		failed: "Der Chat konnte nicht geladen werden. Bitte noch einmal versuchen.",
	},
	es: {
		open: "Abrir el chat",
		close: "Cerrar el chat",
		unread: "# sin leer",
		failed: "No se ha podido cargar el chat. Inténtelo de nuevo.",
	},
	fr: {
		open: "Ouvrir le chat",
		close: "Fermer le chat",
		unread: "# non lus",
		failed: "Le chat n’a pas pu être chargé. Veuillez réessayer.",
	},
	pt: {
		open: "Abrir o chat",
		close: "Fechar o chat",
		unread: "# por ler",
		failed: "Não foi possível carregar o chat. Tente novamente.",
	},
};
