package device

// SecParam is a row of 10-SecParam.
type SecParam struct {
	ID           string   `yaml:"ID"`
	Description  string   `yaml:"Description"`
	Type         string   `yaml:"Type" one:"critical|public"` // critical, public
	Guarantees   []string `yaml:"Security Guarantees,omitempty"`
	Protection   string   `yaml:"Protection Scheme,omitempty"`
	Provisioning string   `yaml:"Provisioning Mechanism,omitempty"`
	ComMechs     []string `yaml:"Communication Mechanisms,omitempty" v31:"Secure Communication Mechanisms" ref:"11-ComMech"` // of 11-ComMech; [] where it never leaves the device
	Generation   string   `yaml:"Generation Mechanism,omitempty"`
	Gen          *Gen     `yaml:"gen,omitempty"`
}

// ComMech is a row of 11-ComMech, in V3.1 of 11-SecComMech.
type ComMech struct {
	ID          string      `yaml:"ID"`
	Description string      `yaml:"Description"`
	Interface   string      `yaml:"Interface,omitempty"`           // V3.1
	Guarantees  []string    `yaml:"Security Guarantees,omitempty"` // confidentiality, integrity, server authenticity, …
	Crypto      string      `yaml:"Cryptographic Details,omitempty"`
	Resilience  string      `yaml:"Resilience Measures,omitempty"` // V2.1; in V3.1 a field of 28-LogIntf
	At          []Endpoint  `yaml:"at,omitempty"`
	Remote      Answer      `yaml:"remote,omitempty"` // can be reached from outside the home
	Strength    *Strength   `yaml:"crypto,omitempty"`
	Backoff     *Resilience `yaml:"resilience,omitempty"`
}

// Resilience is how a mechanism tries again. Times in seconds.
type Resilience struct {
	FirstS  float64 `yaml:"first_s,omitempty"`                  // the first wait
	Factor  float64 `yaml:"factor,omitempty"`                   // by which each wait grows
	CapS    float64 `yaml:"cap_s,omitempty"`                    // the longest wait
	Jitter  float64 `yaml:"jitter,omitempty"`                   // share of a wait that is random: 0.5
	Follows string  `yaml:"follows,omitempty" one:"rfc|server"` // rfc, server
}

// NetSec is a row of 12-NetSecImpl.
type NetSec struct {
	ID          string `yaml:"ID"`
	Description string `yaml:"Description"`
	Method      string `yaml:"Review/Evaluation Method,omitempty"`
	Report      string `yaml:"Report,omitempty"`
	Name        string `yaml:"name,omitempty"`    // the implementation, as banners spell it
	Version     string `yaml:"version,omitempty"` // the version that the report covers
}

// SoftServ is a row of 13-SoftServ.
type SoftServ struct {
	ID            string     `yaml:"ID"`
	Description   string     `yaml:"Description"`
	Status        string     `yaml:"Status,omitempty"`
	Justification string     `yaml:"Justification,omitempty"`
	Configures    Answer     `yaml:"Allows Configuration,omitempty"`
	AuthMechs     []string   `yaml:"Authentication Mechanism,omitempty" ref:"1-AuthMech"` // of 1-AuthMech
	At            []Endpoint `yaml:"at,omitempty"`
	Functions     []Function `yaml:"functions,omitempty"`
	Setup         *Setup     `yaml:"setup,omitempty"` // where the set-up is done by this service
}

// A Setup says what shows, in the set-up, that its first owner is at the device.
type Setup struct {
	Presence string `yaml:"presence" one:"code|button|proximity|window|none"` // code, button, proximity, window, none
	Label    string `yaml:"label,omitempty"`                                  // of a code: the name of its label in the samples
}

// A Function is one thing that a service does, as an HTTP request that can be tried.
type Function struct {
	Name   string `yaml:"name"`                               // in a word or two
	Read   *HTTP  `yaml:"read,omitempty"`                     // answers with data that only the entitled may see
	Write  *HTTP  `yaml:"write,omitempty"`                    // changes something that Read shows; {value} is what is written
	Login  string `yaml:"login,omitempty"`                    // who is entitled: a login of the sample
	Lesser string `yaml:"lesser,omitempty"`                   // a login that is not entitled
	Needs  string `yaml:"needs,omitempty" one:"none|lan|wan"` // the connectivity that it cannot do without: none, lan, wan
}
