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

import (
	"errors"

	"github.com/secure-by-design/assay/harness/evidence"
)

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
	Device       Identification       `yaml:"device"`
	Edition      string               `yaml:"edition,omitempty" one:"V2.1|V3.1"`                                                        // of the standard
	State        State                `yaml:"state,omitempty" one:"factory|set-up|initialised|unknown"`                                 // how far the set-up of the sample has come
	Hazards      []string             `yaml:"hazards,omitempty" one:"none|motion|heat|lock|pressure|sound|light|mains|medical|battery"` // motion, heat, lock, …; ["none"] is an answer
	MadeSafe     *MadeSafe            `yaml:"made_safe,omitempty"`
	Authorised   *Authorisation       `yaml:"authorised,omitempty"`
	Service      *Service             `yaml:"service,omitempty"`    // the maker's services that may be tested too
	Conditions   map[string]bool      `yaml:"conditions,omitempty"` // C(n) by number: those of Conditions(edition); absent: not stated
	Features     map[string]bool      `yaml:"features,omitempty"`   // F(x) by letter, V3.1
	ICS          map[string]Claim     `yaml:"ics,omitempty"`        // by provision id; "default" stands for all that are not named
	IXIT         IXIT                 `yaml:"ixit,omitempty"`       // the tables of the IXIT
	Samples      map[string]Sample    `yaml:"samples,omitempty"`    // "a" and "b"
	Operations   map[string]Operation `yaml:"operations,omitempty"` // how the device is operated, by name
	Updates      *Updates             `yaml:"updates,omitempty"`
	Firmware     string               `yaml:"firmware,omitempty"`   // a file: the image that the sample runs, to be looked into where authorised: unpack allows it
	SBOM         string               `yaml:"sbom,omitempty"`       // a file: the bill of materials, CycloneDX or SPDX in JSON
	Advisories   string               `yaml:"advisories,omitempty"` // a file: a snapshot of OSV records with the catalogue of known exploited vulnerabilities
	MoreFirmware []string             `yaml:"-"`                    // images beside it, from the command line
	Path         string               `yaml:"-"`                    // where it was read from; relative paths inside start there
	Source       []byte               `yaml:"-"`                    // its bytes, as Load read them; they go with the record

	places map[string]place `yaml:"-"` // where each value stands in Source, by path
}

// Identification names the model that is judged.
type Identification struct {
	Manufacturer string   `yaml:"manufacturer,omitempty" json:"manufacturer,omitempty"` // who makes it
	Model        string   `yaml:"model,omitempty" json:"model,omitempty"`               // designation, as on the label
	Hardware     string   `yaml:"hardware,omitempty" json:"hardware,omitempty"`         // version
	Firmware     string   `yaml:"firmware,omitempty" json:"firmware,omitempty"`         // version
	Serial       string   `yaml:"serial,omitempty" json:"serial,omitempty"`             // of the unit that is tested
	MACs         []string `yaml:"macs,omitempty" json:"macs,omitempty"`                 // link-layer addresses, as printed
}

// MadeSafe says how a hazard was made harmless.
type MadeSafe struct {
	How   string `yaml:"how"`             // what makes the hazards harmless
	Who   string `yaml:"who"`             // who made them harmless
	Photo string `yaml:"photo,omitempty"` // a file
}

// An Authorisation says who tests, for whom, and by what right.
type Authorisation struct {
	By    string `yaml:"by" json:"by"`                           // who tests
	For   string `yaml:"for,omitempty" json:"for,omitempty"`     // for whom
	Right string `yaml:"right" json:"right"`                     // owner, customer order, supplier permission
	Place string `yaml:"place,omitempty" json:"place,omitempty"` // where
	From  string `yaml:"from,omitempty" json:"from,omitempty"`   // first day of the right, as 2026-12-01
	Until string `yaml:"until,omitempty" json:"until,omitempty"` // 2027-01-31

	Unpack      bool `yaml:"unpack,omitempty" json:"unpack,omitempty"`             // the firmware may be opened and looked through
	GuessHashes bool `yaml:"guess_hashes,omitempty" json:"guess_hashes,omitempty"` // hashes in it may be held against published passwords
}

// A Service is what of the maker's services may be tested: named hosts, accounts of the test's own, and the maker's
// written word (rule SERVICE of METHODS.md). Without it nothing goes to them.
type Service struct {
	Hosts         []string         `yaml:"hosts"`              // full names
	Accounts      map[string]Login `yaml:"accounts,omitempty"` // of the test's own
	Authorisation *Permission      `yaml:"authorisation,omitempty"`
}

// A Permission is the maker's written word, and when it holds.
type Permission struct {
	By     string `yaml:"by"`               // who of the maker allows it
	File   string `yaml:"file"`             // the letter
	SHA256 string `yaml:"sha256,omitempty"` // of the letter
	From   string `yaml:"from,omitempty"`   // 2026-12-01
	Until  string `yaml:"until"`            // 2027-01-31
}

// A Claim is a row of the ICS: Y, N or N/A, and its detail: how it is met, or why not, or why it does not apply.
type Claim struct {
	Support string `yaml:"support" json:"support" one:"Y|N|N/A"`     // Y, N, or N/A
	Detail  string `yaml:"detail,omitempty" json:"detail,omitempty"` // how it is met, why it is not, or why it does not apply
}

// A Sample is one unit of the model.
type Sample struct {
	Serial    string           `yaml:"serial,omitempty"`    // of the unit
	MAC       string           `yaml:"mac,omitempty"`       // link-layer address
	Received  string           `yaml:"received,omitempty"`  // 2026-11-02
	Condition string           `yaml:"condition,omitempty"` // on receipt: sealed, opened, marks
	Firmware  string           `yaml:"firmware,omitempty"`  // the version that it came with
	Logins    map[string]Login `yaml:"logins,omitempty"`    // "owner", "guest", …
	Label     map[string]Ref   `yaml:"label,omitempty"`     // values printed on the unit: password, ap-key, …
}

// A Login is a user name and a reference to the password.
type Login struct {
	User     string `yaml:"user"`           // the name that logs in
	Password Ref    `yaml:"password"`       // env:NAME or file:PATH
	Role     string `yaml:"role,omitempty"` // owner, guest, …
}

// A Ref names a secret without holding it: env:NAME or file:PATH.
type Ref string

// ErrUndeclared is of an operation that a device file does not have: nothing was done.
var ErrUndeclared = errors.New("not declared")

// An Operation is how something is done to the device: steps in order. A step that fails ends it.
// Its key is a name of Vocabulary, or such a name and a kind: "create-user-data/recordings".
type Operation struct {
	Login string  `yaml:"login,omitempty"`                                           // done first: the operation login as this login of the sample; what it captured are parameters here
	Steps []Step  `yaml:"steps"`                                                     // in order
	Undo  []Step  `yaml:"undo,omitempty"`                                            // put it back; they know the parameters, but nothing that the steps captured
	WaitS float64 `yaml:"wait_s,omitempty"`                                          // after the steps, until the device is itself again
	Level string  `yaml:"level,omitempty" one:"passive|gentle|intrusive|disruptive"` // when gentler or harsher than the operation's usual level
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
	Method  string            `yaml:"method,omitempty" one:"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"` // GET
	URL     string            `yaml:"url"`                                                           // https://{address}:8443/api/reset
	Login   string            `yaml:"login,omitempty"`                                               // basic authentication as this login of the sample
	Headers map[string]string `yaml:"headers,omitempty"`                                             // of the request
	Body    string            `yaml:"body,omitempty"`                                                // of the request
	Status  []int             `yaml:"status,omitempty"`                                              // expected; empty: any 2xx
	Expect  string            `yaml:"expect,omitempty"`                                              // text that the answer must hold
	HangUp  bool              `yaml:"hang_up,omitempty"`                                             // the device may hang up without an answer, as one does that restarts at once
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
	Version string            `yaml:"version"` // as the device shows it
	Files   map[string]string `yaml:"files"`   // paths, by the names that layout and serve use
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
	File      string  `yaml:"file"`                                           // the file that holds the payload
	Signature *Place  `yaml:"signature,omitempty"`                            // where the signature lies
	Signed    *Place  `yaml:"signed,omitempty"`                               // what it signs; when absent, the signature's file without the signature
	PublicKey *Place  `yaml:"public_key,omitempty"`                           // where the image carries the signer's key, if it does
	Version   *Place  `yaml:"version,omitempty"`                              // where the version stands
	Versions  []Place `yaml:"versions,omitempty"`                             // where else the version stands
	Payload   *Place  `yaml:"payload,omitempty"`                              // when absent, all of File
	Sums      []Sum   `yaml:"sums,omitempty"`                                 // sums that anybody can compute again, in the order of computing; [] where there is none
	Key       string  `yaml:"key,omitempty" one:"ed25519|rsa2048|ecdsa-p256"` // kind of signing key: ed25519 (when empty), rsa2048 (PKCS #1 v1.5, SHA-256), ecdsa-p256 (ASN.1, SHA-256)
}

// A Place is a part of a file, in bytes, or the value at a JSON pointer (RFC 6901).
type Place struct {
	File   string `yaml:"file,omitempty"`                                    // Layout.File when empty
	At     int    `yaml:"at,omitempty"`                                      // negative: from the end
	Length int    `yaml:"length,omitempty"`                                  // 0: to the end; negative: to so many before the end
	JSON   string `yaml:"json,omitempty"`                                    // JSON pointer (RFC 6901)
	As     string `yaml:"as,omitempty" one:"raw|ascii|hex|base64|be32|le32"` // how a value is written: raw (when empty), ascii, hex, base64, be32, le32
}

// A Sum is a checksum or hash over a part, kept in another.
type Sum struct {
	Kind string `yaml:"kind" one:"crc32|sha256"` // crc32 (IEEE), sha256
	Of   Place  `yaml:"of"`                      // what it is computed over
	In   Place  `yaml:"in"`                      // where it stands
}

// Reveal reads the secret that a reference names.
func (r Ref) Reveal(f *File) (evidence.Secret, error) { return reveal(r, f) }
