package device

// IXIT holds the 29 tables of either edition, each row with the standard's fields under their own names and typed
// keys, which begin with a small letter, beside them. A nil table is not declared, an empty one is declared as "none".
// Where V3.1 has another name, tag v31 holds it; which edition has which table and field stands in provisions.
type IXIT struct {
	AuthMech  *[]AuthMech  `yaml:"1-AuthMech,omitempty"`
	UserInfo  *UserInfo    `yaml:"2-UserInfo,omitempty"`
	VulnTypes *[]VulnType  `yaml:"3-VulnTypes,omitempty"`
	Conf      *Conf        `yaml:"4-Conf,omitempty"`
	VulnMon   *[]Described `yaml:"5-VulnMon,omitempty"`
	SoftComp  *[]SoftComp  `yaml:"6-SoftComp,omitempty"`
	UpdMech   *[]UpdMech   `yaml:"7-UpdMech,omitempty"`
	UpdProc   *[]UpdProc   `yaml:"8-UpdProc,omitempty"`
	ReplSup   *ReplSup     `yaml:"9-ReplSup,omitempty"`
	SecParam  *[]SecParam  `yaml:"10-SecParam,omitempty"`
	ComMech   *[]ComMech   `yaml:"11-ComMech,omitempty" v31:"11-SecComMech"`
	NetSec    *[]NetSec    `yaml:"12-NetSecImpl,omitempty"`
	SoftServ  *[]SoftServ  `yaml:"13-SoftServ,omitempty"`
	SecMgmt   *[]Described `yaml:"14-SecMgmt,omitempty"`
	Intf      *[]Intf      `yaml:"15-Intf,omitempty"`    // V2.1: network, logical and physical
	PhyIntf   *[]Intf      `yaml:"15-PhyIntf,omitempty"` // V3.1
	CodeMin   *[]Described `yaml:"16-CodeMin,omitempty"`
	PrivlCtrl *[]Described `yaml:"17-PrivlCtrl,omitempty"`
	AccCtrl   *[]Described `yaml:"18-AccCtrl,omitempty"`
	SecDev    *[]Described `yaml:"19-SecDev,omitempty"`
	SecBoot   *[]SecBoot   `yaml:"20-SecBoot,omitempty"`
	PersData  *[]PersData  `yaml:"21-PersData,omitempty"`
	ExtSens   *[]Described `yaml:"22-ExtSens,omitempty"`
	ResMech   *[]ResMech   `yaml:"23-ResMech,omitempty"`
	TelData   *[]TelData   `yaml:"24-TelData,omitempty"`
	DelFunc   *[]DelFunc   `yaml:"25-DelFunc,omitempty"`
	UserDec   *[]UserDec   `yaml:"26-UserDec,omitempty"`
	UserIntf  *[]UserIntf  `yaml:"27-UserIntf,omitempty"`
	ExtAPI    *[]ExtAPI    `yaml:"28-ExtAPI,omitempty"`  // V2.1
	LogIntf   *[]Intf      `yaml:"28-LogIntf,omitempty"` // V3.1
	InpVal    *[]InpVal    `yaml:"29-InpVal,omitempty"`
}

// Described is a row of a table that has a description alone: 5-VulnMon, 14-SecMgmt, 16-CodeMin, 17-PrivlCtrl,
// 18-AccCtrl, 19-SecDev, 22-ExtSens.
type Described struct {
	ID          string `yaml:"ID"`
	Description string `yaml:"Description"`
}

// An Answer is yes, no, or "" where the file does not say.
type Answer string

// The answers.
const (
	Yes Answer = "yes"
	No  Answer = "no"
)

// Yes tells whether the answer was yes.
func (a Answer) Yes() bool { return a == Yes }

// An Endpoint is where on the device a row of the IXIT is found. An empty field matches all.
type Endpoint struct {
	Proto string `yaml:"proto,omitempty" json:"proto,omitempty"` // https, http, ssh, telnet, ftp, mqtt, mqtts, mdns, …
	Port  uint16 `yaml:"port,omitempty" json:"port,omitempty"`   // TCP or UDP port
	Path  string `yaml:"path,omitempty" json:"path,omitempty"`   // of the URL
	// of a login: how it is asked for (form, json, basic, digest), and a path that only a log-in opens
	Scheme string `yaml:"scheme,omitempty" json:"scheme,omitempty"` // of a login: how it is asked for: form, json, basic, digest
	Guards string `yaml:"guards,omitempty" json:"guards,omitempty"` // of a login: a path that only a log-in opens
}
