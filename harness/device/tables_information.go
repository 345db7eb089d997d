package device

// UserInfo is 2-UserInfo: where the user is told what. A flat form.
type UserInfo struct {
	ChangeMechanisms    string             `yaml:"Documentation of Change Mechanisms,omitempty"`
	Replacement         string             `yaml:"Documentation of Replacement,omitempty"`
	Sensors             string             `yaml:"Documentation of Sensors,omitempty"`
	SecureSetup         string             `yaml:"Documentation of Secure Setup,omitempty"`
	SetupCheck          string             `yaml:"Documentation of Setup Check,omitempty"`
	PersonalData        string             `yaml:"Documentation of Personal Data,omitempty"`
	TelemetryData       string             `yaml:"Documentation of Telemetry Data,omitempty"`
	Deletion            string             `yaml:"Documentation of Deletion,omitempty"`
	MaintenanceCheck    string             `yaml:"Documentation of Maintenance Check,omitempty"` // V3.1
	ModelDesignation    string             `yaml:"Model Designation,omitempty"`
	SupportPeriod       string             `yaml:"Support Period,omitempty"`
	SupportPublished    string             `yaml:"Publication of Support Period,omitempty"`
	DisclosurePolicy    string             `yaml:"Publication of Vulnerability Disclosure Policy,omitempty"`
	NonUpdatableWhy     string             `yaml:"Publication of Non-Updatable,omitempty"`
	Model               *ModelSource       `yaml:"model,omitempty"`
	At                  map[string]Reading `yaml:"at,omitempty"`                    // by field: where it is read
	DefinedSupportUntil string             `yaml:"defined_support_until,omitempty"` // 2031-12-31, or a time after the sale such as 60 months
}

// ModelSource is where on the device its model designation is read.
type ModelSource struct {
	Source string `yaml:"source" one:"label|display|serial|usb|network|app|cloud|box"` // label, display, serial, usb, network, app, cloud, box
	Steps  string `yaml:"steps,omitempty"`                                             // what the user does to read it
}

// A Reading is where and in which languages a document is read.
type Reading struct {
	URL       string   `yaml:"url,omitempty"`       // address
	Place     string   `yaml:"place,omitempty"`     // printed manual, box, device
	Languages []string `yaml:"languages,omitempty"` // en, de, …
}

// Conf is 4-Conf: what the maker confirms. A flat form.
type Conf struct {
	VulnActions      Answer `yaml:"Confirmation of Vulnerability Actions,omitempty"`
	VulnMonitoring   Answer `yaml:"Confirmation of Vulnerability Monitoring,omitempty"`
	UpdateProcedures Answer `yaml:"Confirmation of Update Procedures,omitempty"`
	SecureManagement Answer `yaml:"Confirmation of Secure Management,omitempty"`
	SecureDevelop    Answer `yaml:"Confirmation of Secure Development,omitempty"`
}

// VulnType is a row of 3-VulnTypes.
type VulnType struct {
	ID          string `yaml:"ID"`
	Description string `yaml:"Description"`
	Action      string `yaml:"Action,omitempty"`
	TimeFrame   string `yaml:"Time Frame,omitempty"`
}
