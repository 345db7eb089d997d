package specimen

// Faults of the declaration, clause 5.3: updates.
const updMech = "ixit/7-UpdMech/UpdMech-1/"

var (
	_ = declares("decl-component-not-updatable", set("ixit/6-SoftComp/SoftComp-1/Update Mechanism", "[]"), set("ixit/6-SoftComp/SoftComp-1/reason", "other"),
		set("ixit/6-SoftComp/SoftComp-1/Description", "Firmware with kernel, page, API, broker and SSH server. It is not updated, since servers for that would cost too much."))
	_ = declares("decl-update-no-rollback-protection", set(updMech+"anti_rollback", "false"),
		set(updMech+"Update Checking", "After the set-up and each day the device itself looks for an image; older signed versions may be installed too."))
	_ = declares("decl-update-no-signature", set(updMech+"Cryptographic Details", "none"), set(updMech+"upd/signature", "{alg: none}"),
		set(updMech+"upd/verify/source", "none"), set(updMech+"upd/trust", "user-confirmation"), set(updMech+"upd/anchor", "the owner, who confirms each update at the page"))
)

const autoUpdates = "ixit/26-UserDec/UserDec-3"

var (
	_ = declares("decl-update-expert-only", set(updMech+"upd/initiation", "[serial, cli]"),
		set(updMech+"Initiation and Interaction", "Who has a serial cable writes the image from a command line."))
	_ = declares("decl-update-manual-only", set(updMech+"upd/initiation", "[web-ui]"), set(updMech+"upd/check", "user"), set(updMech+"upd/fetch", "user"), set(updMech+"upd/apply", "user"),
		set(updMech+"Initiation and Interaction", "The owner looks for a new version at the page, and starts it there."))
	_ = declares("decl-auto-update-default-off", set(updMech+"config/update_default", `"off"`))
	_ = declares("decl-auto-update-not-configurable", set(updMech+"upd/apply", "auto"), set(updMech+"config/update", "[]"),
		set(updMech+"Configuration", "Automatic updates cannot be set. The owner can switch notices off and on; they are on after the set-up."))
	_ = declares("decl-notify-not-configurable", set(updMech+"config/notify", "[]"),
		set(updMech+"Configuration", "The owner can switch automatic updates off and on, and put one off; notices cannot be set."))
	_ = declares("decl-notify-default-off", set(updMech+"config/notify_default", `"off"`))
	_ = declares("decl-no-update-consent", drop(autoUpdates))
	_ = declares("decl-consent-yes-no-effect", set(autoUpdates+"/options", `[{text: "yes", effect: automatic updates stay off}, {text: "no", effect: automatic updates off}]`))
	_ = declares("decl-consent-no-ignored", set(autoUpdates+"/options", `[{text: "yes", effect: automatic updates on}, {text: "no", effect: automatic updates stay on}]`))
	_ = declares("decl-no-check-after-init", set(updMech+"check/on_init", "no"), set(updMech+"Update Checking", "Each day the device itself looks for a new version."))
	_ = declares("decl-no-periodic-check", set(updMech+"check/period", "never"), set(updMech+"Update Checking", "After the set-up the device itself looks for a new version, once."))
)
