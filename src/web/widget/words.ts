import type { Locale } from "./locales.ts";

/** What the panel says. `#` is what is filled in. */
export type Words = {
	title: string;
	close: string;
	begin: string;
	kept: string;
	message: string;
	send: string;
	picture: string;
	pictureBy: string;
	pictureRefused: string;
	conversation: string;
	earlier: string;
	you: string;
	sending: string;
	sent: string;
	seen: string;
	edited: string;
	deleted: string;
	notSent: string;
	retry: string;
	discard: string;
	isHere: string;
	isWriting: string;
	areWriting: string;
	offline: string;
	connecting: string;
	unavailable: string;
	ended: string;
	anew: string;
	newest: string;
	open: string;
	openUntil: string;
	closed: string;
	closedUntil: string;
};

export const words: Record<Locale, Words> = {
	en: {
		title: "Chat with us",
		close: "Close chat",
		begin: "Send a message to start the conversation.",
		kept: "You can leave this page: the answer will be waiting here, in this browser.",
		message: "Message",
		send: "Send",
		picture: "Send a picture",
		pictureBy: "Picture from #",
		pictureRefused: "This picture cannot be sent.",
		conversation: "Conversation",
		earlier: "Loading earlier messages",
		you: "You",
		sending: "Sending",
		sent: "Sent",
		seen: "Seen",
		edited: "edited",
		deleted: "This message was deleted",
		notSent: "Not sent",
		retry: "Try again",
		discard: "Remove",
		isHere: "# is here",
		isWriting: "# is writing",
		areWriting: "# are writing",
		offline: "You are offline. What you write is sent when you are back.",
		connecting: "Connecting again. What you write is kept.",
		unavailable: "The chat is not available at the moment.",
		ended: "This conversation has ended.",
		anew: "Start a new one",
		newest: "Newest messages",
		open: "Open",
		openUntil: "Open until #",
		closed: "Closed",
		closedUntil: "Closed until #",
	},
	de: {
		title: "Schreiben Sie uns",
		close: "Chat schließen",
		begin: "Senden Sie eine Nachricht, um das Gespräch zu beginnen.",
		kept: "Sie können diese Seite verlassen: Die Antwort wartet hier, in diesem Browser.",
		message: "Nachricht",
		send: "Senden",
		picture: "Bild senden",
		pictureBy: "Bild von #",
		pictureRefused: "Dieses Bild kann nicht gesendet werden.",
		conversation: "Gespräch",
		earlier: "Frühere Nachrichten werden geladen",
		you: "Sie",
		sending: "Wird gesendet",
		sent: "Gesendet",
		seen: "Gelesen",
		edited: "bearbeitet",
		deleted: "Diese Nachricht wurde gelöscht",
		notSent: "Nicht gesendet",
		retry: "Noch einmal",
		discard: "Entfernen",
		isHere: "# ist da",
		isWriting: "# schreibt",
		areWriting: "# schreiben",
		offline: "Sie sind offline. Was Sie schreiben, wird gesendet, sobald Sie wieder online sind.",
		connecting: "Verbindung wird wiederhergestellt. Was Sie schreiben, bleibt erhalten.",
		unavailable: "Der Chat ist zurzeit nicht verfügbar.",
		ended: "Dieses Gespräch ist beendet.",
		anew: "Ein neues beginnen",
		newest: "Neueste Nachrichten",
		open: "Geöffnet",
		openUntil: "Geöffnet bis #",
		closed: "Geschlossen",
		closedUntil: "Geschlossen bis #",
	},
	es: {
		title: "Escríbanos",
		close: "Cerrar el chat",
		begin: "Envíe un mensaje para empezar la conversación.",
		kept: "Puede salir de esta página: la respuesta le esperará aquí, en este navegador.",
		message: "Mensaje",
		send: "Enviar",
		picture: "Enviar una imagen",
		pictureBy: "Imagen de #",
		pictureRefused: "Esta imagen no se puede enviar.",
		conversation: "Conversación",
		earlier: "Cargando mensajes anteriores",
		you: "Usted",
		sending: "Enviando",
		sent: "Enviado",
		seen: "Leído",
		edited: "editado",
		deleted: "Este mensaje se ha eliminado",
		notSent: "No enviado",
		retry: "Reintentar",
		discard: "Quitar",
		isHere: "# está aquí",
		isWriting: "# está escribiendo",
		areWriting: "# están escribiendo",
		offline: "No tiene conexión. Lo que escriba se enviará cuando vuelva.",
		connecting: "Conectando de nuevo. Lo que escriba se conserva.",
		unavailable: "El chat no está disponible en este momento.",
		ended: "Esta conversación ha terminado.",
		anew: "Empezar otra",
		newest: "Mensajes más recientes",
		open: "Abierto",
		openUntil: "Abierto hasta #",
		closed: "Cerrado",
		closedUntil: "Cerrado hasta #",
	},
	fr: {
		title: "Écrivez-nous",
		close: "Fermer le chat",
		begin: "Envoyez un message pour commencer la conversation.",
		kept: "Vous pouvez quitter cette page : la réponse vous attendra ici, dans ce navigateur.",
		message: "Message",
		send: "Envoyer",
		picture: "Envoyer une image",
		pictureBy: "Image de #",
		pictureRefused: "Cette image ne peut pas être envoyée.",
		conversation: "Conversation",
		earlier: "Chargement des messages précédents",
		you: "Vous",
		sending: "Envoi en cours",
		sent: "Envoyé",
		seen: "Lu",
		edited: "modifié",
		deleted: "Ce message a été supprimé",
		notSent: "Non envoyé",
		retry: "Réessayer",
		discard: "Retirer",
		isHere: "# est là",
		isWriting: "# écrit",
		areWriting: "# écrivent",
		offline: "Vous êtes hors ligne. Vos messages partiront à votre retour.",
		connecting: "Reconnexion en cours. Ce que vous écrivez est conservé.",
		unavailable: "Le chat n’est pas disponible pour le moment.",
		ended: "Cette conversation est terminée.",
		anew: "En commencer une autre",
		newest: "Messages les plus récents",
		open: "Ouvert",
		openUntil: "Ouvert jusqu’à #",
		closed: "Fermé",
		closedUntil: "Fermé jusqu’à #",
	},
	pt: {
		title: "Fale connosco",
		close: "Fechar o chat",
		begin: "Envie uma mensagem para começar a conversa.",
		kept: "Pode sair desta página: a resposta espera por si aqui, neste navegador.",
		message: "Mensagem",
		send: "Enviar",
		picture: "Enviar uma imagem",
		pictureBy: "Imagem de #",
		pictureRefused: "Esta imagem não pode ser enviada.",
		conversation: "Conversa",
		earlier: "A carregar mensagens anteriores",
		you: "Você",
		sending: "A enviar",
		sent: "Enviada",
		seen: "Lida",
		edited: "editada",
		deleted: "Esta mensagem foi apagada",
		notSent: "Não enviada",
		retry: "Tentar de novo",
		discard: "Remover",
		isHere: "# está aqui",
		isWriting: "# está a escrever",
		areWriting: "# estão a escrever",
		offline: "Está sem ligação. O que escrever será enviado quando voltar.",
		connecting: "A ligar de novo. O que escrever fica guardado.",
		unavailable: "O chat não está disponível neste momento.",
		ended: "Esta conversa terminou.",
		anew: "Começar outra",
		newest: "Mensagens mais recentes",
		open: "Aberto",
		openUntil: "Aberto até #",
		closed: "Fechado",
		closedUntil: "Fechado até #",
	},
};

/** Fills in. */
export function say(text: string, value: string): string {
	return text.replace("#", () => value);
}
