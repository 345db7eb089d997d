package device

// SoftComp is a row of 6-SoftComp.
type SoftComp struct {
	ID          string   `yaml:"ID"`
	Description string   `yaml:"Description"`
	UpdMechs    []string `yaml:"Update Mechanism,omitempty" ref:"7-UpdMech"` // of 7-UpdMech; [] where there is none
	CryptoUsage string   `yaml:"Cryptographic Usage,omitempty"`
	Reason      string   `yaml:"reason,omitempty" one:"boot-rom|root-of-trust|radio-core|no-storage|other"` // why it is not updated: boot-rom, root-of-trust, radio-core, no-storage, other
	Name        string   `yaml:"name,omitempty"`                                                            // as banners and package lists spell it
	Version     string   `yaml:"version,omitempty"`                                                         // of the component
}

// UpdMech is a row of 7-UpdMech.
type UpdMech struct {
	ID            string       `yaml:"ID"`
	Description   string       `yaml:"Description"`
	Guarantees    []string     `yaml:"Security Guarantees,omitempty"`
	Crypto        string       `yaml:"Cryptographic Details,omitempty"`
	Initiation    string       `yaml:"Initiation and Interaction,omitempty"`
	Configuration string       `yaml:"Configuration,omitempty"`
	Checking      string       `yaml:"Update Checking,omitempty"`
	Notification  string       `yaml:"User Notification,omitempty"`
	AntiRollback  bool         `yaml:"anti_rollback,omitempty"` // an older genuine image is refused, also to the owner
	Upd           *Upd         `yaml:"upd,omitempty"`
	Check         *UpdateCheck `yaml:"check,omitempty"`
	Config        *UpdConfig   `yaml:"config,omitempty"`
	Strength      *Strength    `yaml:"crypto,omitempty"`
}

// Upd is how an update mechanism works.
type Upd struct {
	Initiation []string   `yaml:"initiation,omitempty" one:"automatic|app|web-ui|device-ui|usb-file|serial|cli|service-centre|other"` // automatic, app, web-ui, device-ui, usb-file, serial, cli, service-centre
	Check      string     `yaml:"check,omitempty" one:"auto|auto-configurable|user"`                                                  // auto, auto-configurable, user
	Fetch      string     `yaml:"fetch,omitempty" one:"auto|auto-configurable|user"`                                                  // who fetches it
	Apply      string     `yaml:"apply,omitempty" one:"auto|auto-configurable|user"`                                                  // who installs it
	Notify     Answer     `yaml:"notify,omitempty"`                                                                                   // tells the user of a new version
	Network    Answer     `yaml:"network,omitempty"`                                                                                  // comes over a network interface
	Disrupts   Answer     `yaml:"disrupts,omitempty"`                                                                                 // basic functions stop meanwhile
	Signature  *Signature `yaml:"signature,omitempty"`
	Verify     *Verify    `yaml:"verify,omitempty"`
	Trust      string     `yaml:"trust,omitempty" one:"signature|authenticated-channel|keyed-network|user-confirmation|other"` // signature, authenticated-channel, keyed-network, user-confirmation, other
	Anchor     string     `yaml:"anchor,omitempty"`                                                                            // what the trust rests on: the key or authority, by name
	Channel    string     `yaml:"channel,omitempty"`                                                                           // what it travels by: HTTPS, USB, …
	Starter    string     `yaml:"starter,omitempty"`                                                                           // who may start it
	Notice     *Notice    `yaml:"notice,omitempty"`
}

// Signature is what protects an update image.
type Signature struct {
	Alg    string `yaml:"alg"`                                                  // ed25519, rsa-3072, …
	Owner  string `yaml:"owner,omitempty"`                                      // who holds the key
	Covers string `yaml:"covers,omitempty" one:"image|manifest-with-hash|part"` // image, manifest with the image's hash, part
}

// Verify is how an update is verified, and by whom.
type Verify struct {
	Source         string `yaml:"source,omitempty"`                                           // the key or signer that the device trusts
	Target         string `yaml:"target,omitempty"`                                           // the model or hardware id that the signature binds
	Before         string `yaml:"before,omitempty" one:"write|boot|never"`                    // write, boot
	AuthenticityBy string `yaml:"authenticity_by,omitempty" one:"device|app|gateway|service"` // device, app, gateway, service
	IntegrityBy    string `yaml:"integrity_by,omitempty" one:"device|app|gateway|service"`    // device, app, gateway, service
}

// Notice is how the user learns of a needed update.
type Notice struct {
	Channel    []string `yaml:"channel,omitempty" one:"device-display|device-sound|app-push|ui-banner|mail|changelog|log"` // device-display, device-sound, app-push, ui-banner, mail, changelog, log
	Trigger    string   `yaml:"trigger,omitempty"`                                                                         // what makes it appear
	Text       string   `yaml:"text,omitempty"`                                                                            // as the user reads it
	Risk       Answer   `yaml:"risk,omitempty"`                                                                            // says which risks the update mitigates
	Disruption Answer   `yaml:"disruption,omitempty"`                                                                      // says that basic functions stop meanwhile
	OnDevice   Answer   `yaml:"on_device,omitempty"`                                                                       // is given by the device itself
}

// UpdateCheck is how a device looks for updates.
type UpdateCheck struct {
	OnInit Answer `yaml:"on_init,omitempty"`                          // after the initialisation
	Period string `yaml:"period,omitempty"`                           // 24h, 7d, never
	By     string `yaml:"by,omitempty" one:"device|app|service|user"` // device, app, service, user
}

// UpdConfig is what a user may set of an update mechanism.
type UpdConfig struct {
	Update        []string `yaml:"update,omitempty" one:"enable|disable|postpone"` // enable, disable, postpone
	UpdateDefault string   `yaml:"update_default,omitempty" one:"on|off"`          // on, off in the initialised state
	Notify        []string `yaml:"notify,omitempty" one:"enable|disable|postpone"` // enable, disable, postpone
	NotifyDefault string   `yaml:"notify_default,omitempty" one:"on|off"`          // on, off in the initialised state
}

// UpdProc is a row of 8-UpdProc.
type UpdProc struct {
	ID          string `yaml:"ID"`
	Description string `yaml:"Description"`
	TimeFrame   string `yaml:"Time Frame,omitempty"`
}

// ReplSup is 9-ReplSup: what is done where software cannot be updated. A flat form.
type ReplSup struct {
	Isolation string `yaml:"Isolation,omitempty"`
	Hardware  string `yaml:"Hardware Replacement,omitempty"`
}

// SecBoot is a row of 20-SecBoot.
type SecBoot struct {
	ID            string   `yaml:"ID"`
	Description   string   `yaml:"Description"`
	Guarantees    []string `yaml:"Security Guarantees,omitempty"`
	Detection     string   `yaml:"Detection Mechanisms,omitempty"`
	Notification  string   `yaml:"User Notification,omitempty"`
	Functionality string   `yaml:"Notification Functionality,omitempty"`
	Stages        []Stage  `yaml:"stages,omitempty"`
	Notify        []Alert  `yaml:"notify,omitempty"`
	Remain        []Peer   `yaml:"remain,omitempty"`  // what it still talks to after a detection
	Trigger       string   `yaml:"trigger,omitempty"` // how a test brings the detection about
}

// A Stage is one step of a chain of trust.
type Stage struct {
	Name     string `yaml:"name"`               // boot loader, kernel, …
	Verifies string `yaml:"verifies,omitempty"` // what verifies it
	Alg      string `yaml:"alg,omitempty"`      // ed25519, rsa-3072, …
	Anchor   string `yaml:"anchor,omitempty"`   // where the key lies: ROM, fuses, …
}

// An Alert is a way that a detection is told.
type Alert struct {
	Channel string  `yaml:"channel"`            // light, page, app, mail, …
	WithinS float64 `yaml:"within_s,omitempty"` // how soon, in seconds
}

// A Peer is a counterpart on the network.
type Peer struct {
	Peer  string `yaml:"peer"`            // host, or who it is
	Proto string `yaml:"proto,omitempty"` // protocol
}
