package device

// PersData is a row of 21-PersData.
type PersData struct {
	ID            string   `yaml:"ID"`
	Description   string   `yaml:"Description"`
	Processing    string   `yaml:"Processing Activities,omitempty"`
	ComMechs      []string `yaml:"Communication Mechanisms,omitempty" v31:"Secure Communication Mechanisms" ref:"11-ComMech"` // of 11-ComMech; [] where it never leaves the device
	Sensitive     string   `yaml:"Sensitive,omitempty"`
	Obtaining     string   `yaml:"Obtaining Consent,omitempty"`
	Withdrawing   string   `yaml:"Withdrawing Consent,omitempty"`
	Purpose       string   `yaml:"Purpose,omitempty"` // here and below V3.1
	Authorized    string   `yaml:"Authorized Parties,omitempty"`
	Lifecycle     string   `yaml:"Lifecycle,omitempty"`
	Storing       string   `yaml:"Storing Consent,omitempty"`
	Aggregation   string   `yaml:"Aggregation,omitempty"`
	Anonymization string   `yaml:"Anonymization,omitempty"`
	Stored        []string `yaml:"stored,omitempty" one:"device|service"` // device, service
	Consent       Answer   `yaml:"consent,omitempty"`                     // processed on consent
	Endpoints     []string `yaml:"endpoints,omitempty"`                   // hosts that it goes to
	IntervalS     float64  `yaml:"interval_s,omitempty"`                  // how often it goes, in seconds
	RetentionS    float64  `yaml:"retention_s,omitempty"`                 // how long it is kept, in seconds
	Precision     string   `yaml:"precision,omitempty"`                   // how exact it is: 1 km, to the minute
	Parties       []string `yaml:"parties,omitempty"`                     // who gets it
}

// ResMech is a row of 23-ResMech.
type ResMech struct {
	ID          string   `yaml:"ID"`
	Description string   `yaml:"Description"`
	Type        string   `yaml:"Type,omitempty"` // network, power
	Guarantees  []string `yaml:"Security Guarantees,omitempty"`
	Covers      []string `yaml:"covers,omitempty" one:"wan|dns|dhcp|link|service|power|dip"` // wan, dns, dhcp, link, service, power, dip
	BoundS      float64  `yaml:"bound_s,omitempty"`                                          // in which it is itself again, in seconds
	Sign        string   `yaml:"sign,omitempty"`                                             // what shows it
}

// TelData is a row of 24-TelData.
type TelData struct {
	ID          string   `yaml:"ID"`
	Description string   `yaml:"Description"`
	Purpose     string   `yaml:"Purpose,omitempty"`
	Examination string   `yaml:"Security Examination,omitempty"`
	PersData    []string `yaml:"Personal Data,omitempty" ref:"21-PersData"` // of 21-PersData; [] where there is none
	Endpoints   []string `yaml:"endpoints,omitempty"`                       // hosts that it goes to
	IntervalS   float64  `yaml:"interval_s,omitempty"`                      // how often it goes, in seconds
	Fields      []string `yaml:"fields,omitempty"`                          // what it holds
}

// DelFunc is a row of 25-DelFunc.
type DelFunc struct {
	ID           string   `yaml:"ID"`
	Description  string   `yaml:"Description"`
	Target       string   `yaml:"Target Type"`
	Initiation   string   `yaml:"Initiation and Interaction,omitempty"`
	Confirmation string   `yaml:"Confirmation,omitempty"`
	At           string   `yaml:"target,omitempty" one:"device|service"`                                // device, service
	Operation    string   `yaml:"operation,omitempty" one:"factory-reset|delete-user-data"`             // factory-reset, delete-user-data
	ConfirmText  string   `yaml:"confirm_text,omitempty"`                                               // what the answer must say
	Covers       []string `yaml:"covers,omitempty" ref:"21-PersData|10-SecParam|1-AuthMech|26-UserDec"` // rows that it erases
	WithinS      float64  `yaml:"within_s,omitempty"`                                                   // how long it takes at most, in seconds
}

// UserDec is a row of 26-UserDec.
type UserDec struct {
	ID          string   `yaml:"ID"`
	Description string   `yaml:"Description"`
	Options     string   `yaml:"Options,omitempty"`
	TriggeredBy string   `yaml:"Triggered By,omitempty"`
	Choices     []Choice `yaml:"options,omitempty"`
	Default     string   `yaml:"default,omitempty"` // an option, or none
	Safe        string   `yaml:"safe,omitempty"`    // the option that is the safest
	On          string   `yaml:"on,omitempty"`      // what it decides on: updates, consent, access, …
}

// A Choice is one option of a decision.
type Choice struct {
	Text   string `yaml:"text"`             // as the user reads it
	Effect string `yaml:"effect,omitempty"` // what choosing it does: automatic updates on
}
