package device

// Intf is a row of 15-Intf, in V3.1 of 15-PhyIntf or 28-LogIntf.
type Intf struct {
	ID          string      `yaml:"ID"`
	Description string      `yaml:"Description"`
	Type        string      `yaml:"Type,omitempty"` // network, logical, physical; not in 28-LogIntf
	Status      string      `yaml:"Status,omitempty"`
	Access      string      `yaml:"Access,omitempty"`                // 28-LogIntf
	Disclosed   string      `yaml:"Disclosed Information,omitempty"` // not in 15-PhyIntf
	Debug       string      `yaml:"Debug Interface,omitempty"`
	Protection  string      `yaml:"Protection,omitempty"`          // not in 28-LogIntf
	Resilience  string      `yaml:"Resilience Measures,omitempty"` // 28-LogIntf
	At          []Endpoint  `yaml:"at,omitempty"`
	State       string      `yaml:"state,omitempty" one:"enabled|disabled|disabled-permanently"` // enabled, disabled, disabled-permanently
	Need        string      `yaml:"need,omitempty" one:"always|intermittent|never"`              // always, intermittent, never
	On          string      `yaml:"on,omitempty"`                                                // of an intermittent one: what switches it on
	Off         string      `yaml:"off,omitempty"`                                               // and off
	WindowS     float64     `yaml:"window_s,omitempty"`                                          // and how long it is on at most, in seconds
	Medium      string      `yaml:"medium,omitempty"`                                            // ethernet, wifi, bluetooth, zigbee, usb, serial, jtag, …
	Group       string      `yaml:"group,omitempty"`                                             // multicast group that it answers
	Accessible  Answer      `yaml:"accessible,omitempty"`                                        // reached without opening the casing
	IsDebug     Answer      `yaml:"debug,omitempty"`                                             // it is for debugging
	Guard       string      `yaml:"protection,omitempty" one:"casing|auth|none"`                 // casing, auth, none
	Discloses   []Item      `yaml:"disclosed,omitempty"`
	Backoff     *Resilience `yaml:"resilience,omitempty"`
	Input       Answer      `yaml:"input,omitempty"` // takes data of a user or of a network
}

// An Item is something that an interface tells without a login.
type Item struct {
	Item     string `yaml:"item"`               // version, serial, model, name, …
	Relevant bool   `yaml:"relevant,omitempty"` // it matters to security
	Reason   string `yaml:"reason,omitempty"`   // why it must be told
}

// UserIntf is a row of 27-UserIntf.
type UserIntf struct {
	ID          string `yaml:"ID"`
	Description string `yaml:"Description"`
	Type        string `yaml:"Type,omitempty"`                                               // V3.1
	Input       Answer `yaml:"input,omitempty"`                                              // takes data of a user
	Kind        string `yaml:"kind,omitempty" one:"web|app|buttons|voice|display|cli|other"` // web, app, buttons, voice, display, cli
}

// ExtAPI is a row of 28-ExtAPI (V2.1).
type ExtAPI struct {
	ID          string     `yaml:"ID"`
	Description string     `yaml:"Description"`
	At          []Endpoint `yaml:"at,omitempty"`
	Input       Answer     `yaml:"input,omitempty"` // takes data of a network
}

// InpVal is a row of 29-InpVal.
type InpVal struct {
	ID          string   `yaml:"ID"`
	Description string   `yaml:"Description"`
	Source      string   `yaml:"Source,omitempty"`                                                    // V3.1
	Sources     []string `yaml:"sources,omitempty" ref:"27-UserIntf|28-ExtAPI|28-LogIntf|11-ComMech"` // rows of 27-UserIntf, 28-ExtAPI, 28-LogIntf, 11-ComMech whose input it checks
	Where       string   `yaml:"where,omitempty" one:"device|client"`                                 // device, client
	Kind        string   `yaml:"kind,omitempty"`                                                      // allow-list, type, length, schema, escaping, …
	Fields      []Field  `yaml:"fields,omitempty"`                                                    // those that can be tried by whoever is logged in, and put back
}

// A Field is one value that somebody sets, as HTTP requests that set and show it. What is outside its bounds must not be kept.
type Field struct {
	Name    string    `yaml:"name"`              // of the member of the JSON object by which read shows it
	Login   string    `yaml:"login,omitempty"`   // who sets it: a login of the sample
	Read    *HTTP     `yaml:"read"`              // shows it, in a JSON object
	Write   *HTTP     `yaml:"write"`             // sets it to {value}
	Range   []float64 `yaml:"range,omitempty"`   // of a number: the least and the most
	Longest int       `yaml:"longest,omitempty"` // of a text, in bytes
}
