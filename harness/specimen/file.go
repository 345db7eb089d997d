package specimen

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"text/template"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

//go:embed *.yaml.tmpl
var deviceFile embed.FS

var fileTemplate = template.Must(template.ParseFS(deviceFile, "*.yaml.tmpl")).Lookup("device.yaml.tmpl")

// facts are what the template fills in.
type facts map[string]any

// Field adds a field of a row of 29-InpVal.
func (f facts) Field(name, bounds string) facts {
	g := maps.Clone(f)
	g["Name"], g["Bounds"] = name, bounds
	return g
}

// With adds the prefix of a table's IDs.
func (f facts) With(prefix string) facts {
	g := maps.Clone(f)
	g["P"] = prefix
	return g
}

// WriteDeviceFile writes the device file of the units, for edition V2.1, with the secrets and update images that it
// refers to, and returns its path.
func (u *Units) WriteDeviceFile(dir string) (string, error) {
	return u.WriteDeviceFileOf(dir, provisions.V21)
}

// WriteDeviceFileOf is WriteDeviceFile for an edition.
func (u *Units) WriteDeviceFileOf(dir string, e provisions.Edition) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("write the specimen's device file: %w", err)
	}
	about := u.units[0].facts(e)
	about["Two"] = len(u.units) > 1
	for _, unit := range u.units {
		unit.mu.Lock()
		unit.folders = append(unit.folders, dir)
		unit.mu.Unlock()
		for name, value := range map[string]string{"label": unit.code, "owner": unit.password("admin"), "box": "admin", "guest": unit.password("guest")} {
			ref, err := unit.writeSecret(dir, name, value)
			if err != nil {
				return "", fmt.Errorf("write the specimen's secrets: %w", err)
			}
			about[name+unit.unit] = ref
		}
		about["serial"+unit.unit], about["mac"+unit.unit] = unit.serial, address(unit.produced())
	}
	samples, err := u.units[0].writeSecret(dir, "samples", u.units[0].production())
	if err != nil {
		return "", fmt.Errorf("write the specimen's secrets: %w", err)
	}
	about["samples"] = samples
	if err := u.units[0].maker.writeImages(dir); err != nil {
		return "", fmt.Errorf("write the specimen's updates: %w", err)
	}
	if about["firmware"], err = u.units[0].writeFirmware(dir); err != nil {
		return "", fmt.Errorf("write the specimen's firmware: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, device.SchemaFile), device.Schema, 0o644); err != nil {
		return "", fmt.Errorf("write the schema of the specimen's device file: %w", err)
	}
	path := filepath.Join(dir, "device.yaml")
	var b bytes.Buffer
	if err := fileTemplate.Execute(&b, about); err != nil {
		return "", fmt.Errorf("write the specimen's device file: %w", err)
	}
	file, err := misdeclare(b.Bytes(), u.units[0].has, e)
	if err == nil {
		err = os.WriteFile(path, file, 0o644)
	}
	if err != nil {
		return "", fmt.Errorf("write the specimen's device file: %w", err)
	}
	return path, nil
}

// facts are what the declaration of a unit tells of it, but for its secrets.
func (d *Device) facts(e provisions.Edition) facts {
	return facts{"Schema": device.SchemaFile, "Images": "", "Edition": string(e), "V31": e == provisions.V31, "Model": model, "Serial": d.serial, "Install": d.Install.Seconds(), "Lock": d.Lock.Seconds(), "Rate": tries / d.Lock.Minutes(),
		"Has": d.has, "Addresses": addresses, "HTTPS": HTTPS, "HTTP": HTTP, "SSH": SSH, "MQTTS": MQTTS, "Switched": Switched, "RTSP": RTSP, "Pairing": Pairing, "Console": Console, "Ethernet": state(!d.is("network-interface-declared-disabled")), "Debugging": state(d.debugs()), "Window": d.Window.Seconds(), "Alphabet": d.letters(), "Length": d.length()}
}

// writeImages writes the genuine updates to a folder.
func (m *maker) writeImages(dir string) error {
	for name, i := range map[string]struct{ model, version string }{"n-1": {model, installed}, "n": {model, "1.1.0"}, "n+1": {model, "1.2.0"}, "other-model": {sister, "1.1.0"}} {
		for file, b := range m.image(i.model, i.version) {
			if err := os.WriteFile(filepath.Join(dir, "update-"+name+"-"+file), b, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// password of an account as it stands; the owner of a device with the universal password was told that it is his own.
func (d *Device) password(user string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.accounts[user].password
}

// state is how an interface is declared.
func state(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}
