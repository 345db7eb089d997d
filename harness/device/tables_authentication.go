package device

// AuthMech is a row of 1-AuthMech.
type AuthMech struct {
	ID          string     `yaml:"ID"`
	Description string     `yaml:"Description"`
	Factor      string     `yaml:"Authentication Factor"`
	Generation  string     `yaml:"Password Generation Mechanism,omitempty"`
	Guarantees  []string   `yaml:"Security Guarantees,omitempty"`
	Crypto      string     `yaml:"Cryptographic Details,omitempty"`
	BruteForce  string     `yaml:"Brute Force Prevention,omitempty"`
	At          []Endpoint `yaml:"at,omitempty"`                 // where it is offered
	Use         string     `yaml:"use,omitempty" one:"user|m2m"` // user, m2m
	Login       string     `yaml:"login,omitempty"`              // which login of the sample opens it
	Gen         *Gen       `yaml:"gen,omitempty"`
	BF          *BF        `yaml:"bf,omitempty"`
	Strength    *Strength  `yaml:"crypto,omitempty"`
}

// Gen is how a pre-installed value is made.
type Gen struct {
	Origin   string   `yaml:"origin" one:"user|preinstalled|none"`      // user, preinstalled, none
	Scope    string   `yaml:"scope,omitempty" one:"device|batch|model"` // device, batch, model
	Source   string   `yaml:"source,omitempty"`                         // random generator, HSM, counter, …
	Inputs   []string `yaml:"inputs,omitempty"`                         // what it is derived from: MAC, serial, a secret of the device, …
	Alphabet string   `yaml:"alphabet,omitempty"`                       // the characters, or a class such as a-z0-9
	Length   int      `yaml:"length,omitempty"`                         // in characters
	Prefix   string   `yaml:"prefix,omitempty"`                         // fixed characters before
	Filter   string   `yaml:"filter,omitempty"`                         // how common strings are kept out
	Samples  Ref      `yaml:"samples,omitempty"`                        // values in the order of production, a line each
}

// BF is how guessing is prevented. Times in seconds.
type BF struct {
	Attempts int     `yaml:"attempts,omitempty"`                                      // wrong tries until the first delay or lock
	WindowS  float64 `yaml:"window_s,omitempty"`                                      // the time in which tries are counted together; absent: for ever
	LockS    float64 `yaml:"lock_s,omitempty"`                                        // length of the first delay or lock
	MaxRate  float64 `yaml:"max_rate,omitempty"`                                      // tries a minute in the long run
	Reset    string  `yaml:"reset,omitempty" one:"success|time|reboot|never"`         // what sets the count back: success, time, reboot, never
	Scope    string  `yaml:"scope,omitempty" one:"account|address|connection|device"` // whose tries count together: account, address, connection, device
	Other    string  `yaml:"other,omitempty"`                                         // alert, cap, …
}

// Strength is the weakest cryptography that a row allows.
type Strength struct {
	Protocol []string `yaml:"protocol,omitempty"`                      // TLS, SSH, WPA3, …
	Versions []string `yaml:"versions,omitempty"`                      // of the protocol
	TLSMin   string   `yaml:"tls_min,omitempty" one:"1.0|1.1|1.2|1.3"` // "1.2"
	Suites   []string `yaml:"suites,omitempty"`                        // IANA names; empty: not declared
	Groups   []string `yaml:"groups,omitempty"`                        // of key agreement
	Hash     []string `yaml:"hash,omitempty"`                          // hash functions
	KDF      []string `yaml:"kdf,omitempty"`                           // how stored passwords are hashed, how keys are derived
	KeyBits  int      `yaml:"key_bits,omitempty"`                      // smallest key of a certificate, in bits
	SSHKex   []string `yaml:"ssh_kex,omitempty"`                       // key exchanges of SSH
}
