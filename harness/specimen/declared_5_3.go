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
	_ = declares("decl-no-update-consent", set(autoUpdates+"/Triggered By", "The owner opens the settings"))
	_ = declares("decl-consent-yes-no-effect", set(autoUpdates+"/options", `[{text: "yes", effect: automatic updates stay off}, {text: "no", effect: automatic updates off}]`))
	_ = declares("decl-consent-no-ignored", set(autoUpdates+"/options", `[{text: "yes", effect: automatic updates on}, {text: "no", effect: automatic updates stay on}]`))
	_ = declares("decl-no-check-after-init", set(updMech+"check/on_init", "no"), set(updMech+"Update Checking", "Each day the device itself looks for a new version."))
	_ = declares("decl-no-periodic-check", set(updMech+"check/period", "never"), set(updMech+"Update Checking", "After the set-up the device itself looks for a new version, once."))
)

var (
	_ = declares("decl-update-guarantee-missing", set(updMech+"Security Guarantees", "[integrity]"))
	_ = declares("decl-update-hash-only", set(updMech+"upd/signature/covers", "part"),
		set(updMech+"Cryptographic Details", "Ed25519 over model and version. The image has a SHA-256 from the same server, which nobody signs."))
	_ = declares("decl-weak-update-crypto", set(updMech+"upd/signature/alg", "rsa-1024"),
		set(updMech+"Cryptographic Details", "RSA-1024 with SHA-1 over the manifest, which holds the SHA-256 of the image."))
	_ = declares("decl-attackable-update", set(updMech+"upd/signature/alg", "aes-cmac"),
		set(updMech+"Cryptographic Details", "AES-CMAC over the manifest, which holds the SHA-256 of the image, with one AES key that is shared by all units."))
	_ = declares("decl-updproc-no-timeframe", drop("ixit/8-UpdProc/UpdProc-1/Time Frame"))
	_ = declares("conf-update-procedures-no", set("ixit/4-Conf/Confirmation of Update Procedures", `"no"`))
	_ = declares("decl-update-no-target-check", set(updMech+"upd/verify/target", "none"))
	_ = declares("decl-verify-off-device", set(updMech+"upd/verify/authenticity_by", "app"), set(updMech+"upd/verify/integrity_by", "app"))
	_ = declares("decl-update-no-trust", set(updMech+"upd/trust", "other"), set(updMech+"upd/anchor", "the address of the update server alone"))
)

const (
	userInfo = "ixit/2-UserInfo/"
	replSup  = "ixit/9-ReplSup/"
)

var (
	_ = declares("decl-update-no-notice", set(updMech+"upd/notice/channel", "[log]"), set(updMech+"User Notification", "A line in the log file names the new version."))
	_ = declares("decl-notice-no-risk", set(updMech+"upd/notice/risk", "no"), set(updMech+"upd/notice/text", "Version {version} is there. Functions stop for a minute."),
		set(updMech+"User Notification", "A banner of the page names the new version, and that functions stop for a minute; the light blinks before the restart."))
	_ = declares("decl-disruption-no-notice", set(updMech+"upd/notice/disruption", "no"), set(updMech+"upd/notice/text", "Version {version} closes a hole by which others at home could log in."),
		set(updMech+"User Notification", "A banner of the page names the new version and which risks it mitigates."))
	_ = declares("decl-support-period-vague", set(userInfo+"Support Period", "As long as possible."), drop(userInfo+"defined_support_until"))
	_ = declares("decl-nonupdatable-unpublished", set(userInfo+"Publication of Non-Updatable", "none"))
	_ = declares("decl-isolation-undefined", set(replSup+"Isolation", "none"))
	_ = declares("decl-replacement-undefined", set(replSup+"Hardware Replacement", "none"))
	_ = declares("decl-model-not-on-device", set(userInfo+"Model Designation", "On the box."), set(userInfo+"model", "{source: box, steps: It stands on the side of the box.}"))
)

// Honest oddities of the declaration.
var (
	_ = declares("signed-file-over-plain-cdn", set(updMech+"upd/channel", "HTTP without TLS, from a content network"),
		set(updMech+"Cryptographic Details", "Ed25519 over the manifest, which holds the SHA-256 of the image. The files travel in clear; nothing is promised of the way, all of the files."))
	_ = declares("silent-update-later-notice", set(updMech+"upd/notice/trigger", "the morning after a version was installed in the night"),
		set(updMech+"User Notification", "It installs by night without a word. In the morning a banner of the page names the version and the risks that it mitigates; the light blinks before the restart."))
)
