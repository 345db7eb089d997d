// Package device is what the supplier and the laboratory declare of a product:
// the device file. It holds data alone; harness and suites read it.
//
// Its one idea is that a whole assessment's declaration lies in one strict YAML
// file: who tests by what right, the state of the sample, what the ICS claims,
// the IXIT tables with their own text and typed keys beside it, how to operate
// the device, and its genuine update images.
//
//	f, err := device.Load("camera.yaml") // every error at once, each with line and column
//
// A table that is left out was not declared; one that reads "none" was declared to be empty.
package device

import "github.com/secure-by-design/assay/harness/evidence"

// A State is how far the sample's set-up has come (invariant 5 of the design).
type State string

// The states. Unknown judges nothing that binds in the initialised state.
const (
	Factory     State = "factory"
	SetUp       State = "set-up"
	Initialised State = "initialised"
	Unknown     State = "unknown"
)

// A File is a device file.
type File struct {
	Device     Identification       `yaml:"device"`
	Edition    string               `yaml:"edition,omitempty"`
	State      State                `yaml:"state,omitempty"`
	Hazards    []string             `yaml:"hazards,omitempty"` // motion, heat, lock, …; ["none"] is an answer
	MadeSafe   *MadeSafe            `yaml:"made_safe,omitempty"`
	Authorised *Authorisation       `yaml:"authorised,omitempty"`
	ICS        map[string]Claim     `yaml:"ics,omitempty"` // by provision id; "default" stands for all that are not named
	IXIT       IXIT                 `yaml:"ixit,omitempty"`
	Samples    map[string]Sample    `yaml:"samples,omitempty"` // "a" and "b"
	Operations map[string]Operation `yaml:"operations,omitempty"`
	Updates    *Updates             `yaml:"updates,omitempty"`
	Path       string               `yaml:"-"` // where it was read from; relative paths inside start there
	Source     []byte               `yaml:"-"` // its bytes, as Load read them; they go with the record
}

// Identification names the model that is judged.
type Identification struct {
	Manufacturer string `yaml:"manufacturer,omitempty" json:"manufacturer,omitempty"`
	Model        string `yaml:"model,omitempty" json:"model,omitempty"`
	Hardware     string `yaml:"hardware,omitempty" json:"hardware,omitempty"`
	Firmware     string `yaml:"firmware,omitempty" json:"firmware,omitempty"`
	Serial       string `yaml:"serial,omitempty" json:"serial,omitempty"`
}

// MadeSafe says how a hazard was made harmless.
type MadeSafe struct {
	How   string `yaml:"how"`
	Who   string `yaml:"who"`
	Photo string `yaml:"photo,omitempty"`
}

// An Authorisation says who tests, for whom, and by what right.
type Authorisation struct {
	By    string `yaml:"by" json:"by"`
	For   string `yaml:"for,omitempty" json:"for,omitempty"`
	Right string `yaml:"right" json:"right"` // owner, customer order, supplier permission
	Place string `yaml:"place,omitempty" json:"place,omitempty"`
	Until string `yaml:"until,omitempty" json:"until,omitempty"` // 2027-01-31
}

// A Claim is a row of the ICS: Y, N or N/A, and its detail.
type Claim struct {
	Support string `yaml:"support" json:"support"`
	Detail  string `yaml:"detail,omitempty" json:"detail,omitempty"`
}

// A Sample is one unit of the model.
type Sample struct {
	Serial string           `yaml:"serial,omitempty"`
	MAC    string           `yaml:"mac,omitempty"`
	Logins map[string]Login `yaml:"logins,omitempty"` // "owner", "guest", …
	Label  map[string]Ref   `yaml:"label,omitempty"`  // values printed on the unit: password, ap-key, …
}

// A Login is a user name and a reference to the password.
type Login struct {
	User     string `yaml:"user"`
	Password Ref    `yaml:"password"`
	Role     string `yaml:"role,omitempty"`
}

// A Ref names a secret without holding it: env:NAME or file:PATH.
type Ref string

// IXIT holds the tables that units read, each row with the standard's fields and typed keys beside them.
// A nil table is not declared, an empty one is declared as "none".
type IXIT struct {
	AuthMech *[]AuthMech `yaml:"1-AuthMech,omitempty"`
	UpdMech  *[]UpdMech  `yaml:"7-UpdMech,omitempty"`
	SecParam *[]SecParam `yaml:"10-SecParam,omitempty"`
	ComMech  *[]ComMech  `yaml:"11-ComMech,omitempty"` // 11-SecComMech in V3.1
	NetSec   *[]NetSec   `yaml:"12-NetSecImpl,omitempty"`
	SoftServ *[]SoftServ `yaml:"13-SoftServ,omitempty"`
	Intf     *[]Intf     `yaml:"15-Intf,omitempty"` // V2.1; in V3.1 15-PhyIntf and 28-LogIntf
	PhyIntf  *[]Intf     `yaml:"15-PhyIntf,omitempty"`
	LogIntf  *[]Intf     `yaml:"28-LogIntf,omitempty"`
	PersData *[]PersData `yaml:"21-PersData,omitempty"`
	DelFunc  *[]DelFunc  `yaml:"25-DelFunc,omitempty"`
}

// An Endpoint is where on the device a row of the IXIT is found. An empty field matches all.
type Endpoint struct {
	Proto string `yaml:"proto,omitempty" json:"proto,omitempty"` // https, http, ssh, telnet, ftp, mqtt, mqtts, mdns, …
	Port  uint16 `yaml:"port,omitempty" json:"port,omitempty"`
	Path  string `yaml:"path,omitempty" json:"path,omitempty"`
	// of a login: how it is asked for (form, json, basic, digest), and a path that only a log-in opens
	Scheme string `yaml:"scheme,omitempty" json:"scheme,omitempty"`
	Guards string `yaml:"guards,omitempty" json:"guards,omitempty"`
}

// AuthMech is a row of 1-AuthMech.
type AuthMech struct {
	ID          string     `yaml:"ID"`
	Description string     `yaml:"Description"`
	Factor      string     `yaml:"Authentication Factor"`
	Generation  string     `yaml:"Password Generation Mechanism,omitempty"`
	Guarantees  []string   `yaml:"Security Guarantees,omitempty"`
	Crypto      string     `yaml:"Cryptographic Details,omitempty"`
	BruteForce  string     `yaml:"Brute Force Prevention,omitempty"`
	At          []Endpoint `yaml:"at,omitempty"`    // typed: where it is offered
	Use         string     `yaml:"use,omitempty"`   // user, m2m
	Login       string     `yaml:"login,omitempty"` // which login of the sample opens it
	Gen         *Gen       `yaml:"gen,omitempty"`
	BF          *BF        `yaml:"bf,omitempty"`
	Strength    *Strength  `yaml:"crypto,omitempty"`
}

// Gen is how a pre-installed value is made.
type Gen struct {
	Origin   string `yaml:"origin"`          // user, preinstalled, none
	Scope    string `yaml:"scope,omitempty"` // device, batch, model
	Source   string `yaml:"source,omitempty"`
	Alphabet string `yaml:"alphabet,omitempty"` // the characters, or a class such as a-z0-9
	Length   int    `yaml:"length,omitempty"`
	Prefix   string `yaml:"prefix,omitempty"`
}

// BF is how guessing is prevented. Times in seconds.
type BF struct {
	Attempts int     `yaml:"attempts,omitempty"` // wrong tries until the first delay or lock
	LockS    float64 `yaml:"lock_s,omitempty"`   // length of the first delay or lock
	MaxRate  float64 `yaml:"max_rate,omitempty"` // tries a minute in the long run
	Other    string  `yaml:"other,omitempty"`    // alert, cap, …
}

// Strength is the weakest cryptography that a row allows.
type Strength struct {
	TLSMin  string   `yaml:"tls_min,omitempty"` // "1.2"
	Suites  []string `yaml:"suites,omitempty"`  // IANA names; empty: not declared
	Groups  []string `yaml:"groups,omitempty"`
	KeyBits int      `yaml:"key_bits,omitempty"`
	SSHKex  []string `yaml:"ssh_kex,omitempty"`
}

// UpdMech is a row of 7-UpdMech.
type UpdMech struct {
	ID            string   `yaml:"ID"`
	Description   string   `yaml:"Description"`
	Guarantees    []string `yaml:"Security Guarantees,omitempty"`
	Crypto        string   `yaml:"Cryptographic Details,omitempty"`
	Initiation    string   `yaml:"Initiation and Interaction,omitempty"`
	Configuration string   `yaml:"Configuration,omitempty"`
	Checking      string   `yaml:"Update Checking,omitempty"`
	Notification  string   `yaml:"User Notification,omitempty"`
	AntiRollback  bool     `yaml:"anti_rollback,omitempty"` // typed: an older genuine image is refused, also to the owner
}

// SecParam is a row of 10-SecParam.
type SecParam struct {
	ID           string   `yaml:"ID"`
	Description  string   `yaml:"Description"`
	Type         string   `yaml:"Type"`
	Guarantees   []string `yaml:"Security Guarantees,omitempty"`
	Protection   string   `yaml:"Protection Scheme,omitempty"`
	Provisioning string   `yaml:"Provisioning Mechanism,omitempty"`
	ComMechs     []string `yaml:"Communication Mechanisms,omitempty"`
	Generation   string   `yaml:"Generation Mechanism,omitempty"`
}

// ComMech is a row of 11-ComMech (V2.1) or 11-SecComMech (V3.1).
type ComMech struct {
	ID          string     `yaml:"ID"`
	Description string     `yaml:"Description"`
	Interface   string     `yaml:"Interface,omitempty"`           // V3.1
	Guarantees  []string   `yaml:"Security Guarantees,omitempty"` // confidentiality, integrity, server authenticity, …
	Crypto      string     `yaml:"Cryptographic Details,omitempty"`
	Resilience  string     `yaml:"Resilience Measures,omitempty"`
	At          []Endpoint `yaml:"at,omitempty"`
	Strength    *Strength  `yaml:"crypto,omitempty"`
}

// NetSec is a row of 12-NetSecImpl.
type NetSec struct {
	ID          string `yaml:"ID"`
	Description string `yaml:"Description"`
	Method      string `yaml:"Review/Evaluation Method,omitempty"`
	Report      string `yaml:"Report,omitempty"`
	Name        string `yaml:"name,omitempty"`    // typed: the implementation, as banners spell it
	Version     string `yaml:"version,omitempty"` // typed: the version that the report covers
}

// SoftServ is a row of 13-SoftServ.
type SoftServ struct {
	ID            string     `yaml:"ID"`
	Description   string     `yaml:"Description"`
	Status        string     `yaml:"Status,omitempty"`
	Justification string     `yaml:"Justification,omitempty"`
	Configures    bool       `yaml:"Allows Configuration,omitempty"`
	AuthMechs     []string   `yaml:"Authentication Mechanism,omitempty"`
	At            []Endpoint `yaml:"at,omitempty"`
	Functions     []Function `yaml:"functions,omitempty"`
	Setup         *Setup     `yaml:"setup,omitempty"` // typed: where the set-up is done by this service
}

// A Setup says what shows, in the set-up, that its first owner is at the device.
type Setup struct {
	Presence string `yaml:"presence"`        // code, button, proximity, window, none
	Label    string `yaml:"label,omitempty"` // of a code: the name of its label in the samples
}

// A Function is one thing that a service does, as an HTTP request that can be tried.
type Function struct {
	Name   string `yaml:"name"`
	Read   *HTTP  `yaml:"read,omitempty"`   // answers with data that only the entitled may see
	Write  *HTTP  `yaml:"write,omitempty"`  // changes something that Read shows; {value} is what is written
	Login  string `yaml:"login,omitempty"`  // who is entitled: a login of the sample
	Lesser string `yaml:"lesser,omitempty"` // a login that is not entitled
}

// Intf is a row of 15-Intf, 15-PhyIntf or 28-LogIntf.
type Intf struct {
	ID          string     `yaml:"ID"`
	Description string     `yaml:"Description"`
	Type        string     `yaml:"Type,omitempty"` // network, logical, physical
	Status      string     `yaml:"Status,omitempty"`
	Access      string     `yaml:"Access,omitempty"` // V3.1
	Disclosed   string     `yaml:"Disclosed Information,omitempty"`
	Debug       string     `yaml:"Debug Interface,omitempty"`
	Protection  string     `yaml:"Protection,omitempty"`
	Resilience  string     `yaml:"Resilience Measures,omitempty"`
	At          []Endpoint `yaml:"at,omitempty"`
	State       string     `yaml:"state,omitempty"` // typed: enabled, disabled, disabled-permanently
	Need        string     `yaml:"need,omitempty"`  // typed: always, intermittent, never
	Discloses   []Item     `yaml:"disclosed,omitempty"`
}

// An Item is something that an interface tells without a login.
type Item struct {
	Item     string `yaml:"item"` // version, serial, model, name, …
	Relevant bool   `yaml:"relevant,omitempty"`
	Reason   string `yaml:"reason,omitempty"`
}

// PersData is a row of 21-PersData.
type PersData struct {
	ID          string   `yaml:"ID"`
	Description string   `yaml:"Description"`
	Processing  string   `yaml:"Processing Activities,omitempty"`
	ComMechs    []string `yaml:"Communication Mechanisms,omitempty"`
	Sensitive   string   `yaml:"Sensitive,omitempty"`
	Stored      []string `yaml:"stored,omitempty"` // typed: device, service
}

// DelFunc is a row of 25-DelFunc.
type DelFunc struct {
	ID           string   `yaml:"ID"`
	Description  string   `yaml:"Description"`
	Target       string   `yaml:"Target Type"`
	Initiation   string   `yaml:"Initiation and Interaction,omitempty"`
	Confirmation string   `yaml:"Confirmation,omitempty"`
	Operation    string   `yaml:"operation,omitempty"`    // typed: factory-reset, delete-user-data
	ConfirmText  string   `yaml:"confirm_text,omitempty"` // typed: what the answer must say
	Covers       []string `yaml:"covers,omitempty"`
}

// An Operation is how something is done to the device: steps in order. A step that fails ends it.
// Its key is a name of Vocabulary, or such a name and a kind: "create-user-data/recordings".
type Operation struct {
	Login string  `yaml:"login,omitempty"` // done first: the operation login as this login of the sample; what it captured are parameters here
	Steps []Step  `yaml:"steps"`
	Undo  []Step  `yaml:"undo,omitempty"`   // put it back; they know the parameters, but nothing that the steps captured
	WaitS float64 `yaml:"wait_s,omitempty"` // after the steps, until the device is itself again
	Level string  `yaml:"level,omitempty"`  // when gentler or harsher than the operation's usual level
}

// A Step is one of exec and http. {name} in any text stands for a parameter (Parameters) or for what an
// earlier step captured; {name:text} reads as text where the operation was given no such parameter.
// What is captured is a secret, but for the names of Shown.
type Step struct {
	Exec    []string          `yaml:"exec,omitempty"` // program and arguments; parameters also as ASSAY_NAME in its environment
	HTTP    *HTTP             `yaml:"http,omitempty"`
	Capture map[string]string `yaml:"capture,omitempty"` // name: json:/pointer, header:Name, cookie:Name, regex:(…), body, output
}

// HTTP is a request to the device itself. Redirects are not followed.
type HTTP struct {
	Method  string            `yaml:"method,omitempty"` // GET
	URL     string            `yaml:"url"`              // https://{address}:8443/api/reset
	Login   string            `yaml:"login,omitempty"`  // basic authentication as this login of the sample
	Headers map[string]string `yaml:"headers,omitempty"`
	Body    string            `yaml:"body,omitempty"`
	Status  []int             `yaml:"status,omitempty"`  // expected; empty: any 2xx
	Expect  string            `yaml:"expect,omitempty"`  // text that the answer must hold
	HangUp  bool              `yaml:"hang_up,omitempty"` // the device may hang up without an answer, as one does that restarts at once
}

// Updates are the genuine images of the maker and how they are built, so that attacks can be derived from them.
type Updates struct {
	InstallS float64           `yaml:"install_s"` // what the genuine installation takes
	Images   map[string]Image  `yaml:"images"`    // "n-1", "n", "n+1", "other-model"
	Layout   Layout            `yaml:"layout"`
	Serve    map[string]string `yaml:"serve,omitempty"` // path on our server: name of a file of the image; {version} in the path is filled in. Empty: each file by its name
}

// An Image is a genuine update: its version and its files by the names that Layout and Serve use.
type Image struct {
	Version string            `yaml:"version"`
	Files   map[string]string `yaml:"files"`
}

// A Layout says where the parts of an image lie. With a manifest beside the image:
//
//	file: image.bin
//	signature: {file: manifest.sig}
//	signed: {file: manifest.json}
//	version: {file: manifest.json, json: /version}
//	payload: {at: 16, length: -4}
//	sums:
//	  - {kind: crc32, of: {length: -4}, in: {at: -4, as: be32}}
//	  - {kind: sha256, of: {file: image.bin}, in: {file: manifest.json, json: /sha256, as: hex}}
type Layout struct {
	File      string  `yaml:"file"`                 // the file that holds the payload
	Signature *Place  `yaml:"signature,omitempty"`  // where the signature lies
	Signed    *Place  `yaml:"signed,omitempty"`     // what it signs; when absent, the signature's file without the signature
	PublicKey *Place  `yaml:"public_key,omitempty"` // where the image carries the signer's key, if it does
	Version   *Place  `yaml:"version,omitempty"`
	Versions  []Place `yaml:"versions,omitempty"` // where else the version stands
	Payload   *Place  `yaml:"payload,omitempty"`  // when absent, all of File
	Sums      []Sum   `yaml:"sums,omitempty"`     // sums that anybody can compute again, in the order of computing
	Key       string  `yaml:"key,omitempty"`      // kind of signing key: ed25519 (when empty), rsa2048 (PKCS #1 v1.5, SHA-256), ecdsa-p256 (ASN.1, SHA-256)
}

// A Place is a part of a file, in bytes, or the value at a JSON pointer (RFC 6901).
type Place struct {
	File   string `yaml:"file,omitempty"`   // Layout.File when empty
	At     int    `yaml:"at,omitempty"`     // negative: from the end
	Length int    `yaml:"length,omitempty"` // 0: to the end; negative: to so many before the end
	JSON   string `yaml:"json,omitempty"`
	As     string `yaml:"as,omitempty"` // how a value is written: raw (when empty), ascii, hex, base64, be32, le32
}

// A Sum is a checksum or hash over a part, kept in another.
type Sum struct {
	Kind string `yaml:"kind"` // crc32 (IEEE), sha256
	Of   Place  `yaml:"of"`
	In   Place  `yaml:"in"`
}

// Reveal reads the secret that a reference names.
func (r Ref) Reveal(f *File) (evidence.Secret, error) { return reveal(r, f) }
