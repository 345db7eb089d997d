package surfaces

import (
	"context"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

// interfaces are the rows of a table of interfaces with their typed keys: 15-Intf, 15-PhyIntf or 28-LogIntf.
func interfaces(ctx context.Context, dut *DUT, table string) []device.Intf {
	Declared(ctx, dut, table)
	switch x := dut.IXIT(); table {
	case "15-PhyIntf":
		return *x.PhyIntf
	case "28-LogIntf":
		return *x.LogIntf
	default:
		return *x.Intf
	}
}

// logicalTable is the table of logical interfaces in the edition.
func logicalTable(dut *DUT) string {
	if dut.Edition() == provisions.V31 {
		return "28-LogIntf"
	}
	return "15-Intf"
}

// physicalTable is that of physical ones.
func physicalTable(dut *DUT) string {
	if dut.Edition() == provisions.V31 {
		return "15-PhyIntf"
	}
	return "15-Intf"
}

// Words for what carries a network, and for what does so through the air.
var (
	networking = []string{"network", "ethernet", "lan", "wlan", "wi-fi", "wifi", "bluetooth", "ble", "zigbee", "thread", "z-wave", "802.15.4", "lora*", "nfc", "cellular", "lte", "5g", "gsm", "powerline", "plc", "usb network"}
	airborne   = []string{"air", "air interface", "radio", "wireless", "wlan", "wi-fi", "wifi", "bluetooth", "ble", "zigbee", "thread", "z-wave", "802.15.4", "lora*", "nfc", "uwb", "cellular", "lte", "5g", "gsm", "infrared"}
)

// kind is what a row says of its type and medium.
func kind(r device.Intf) string { return r.Type + " " + r.Medium }

func carriesNetwork(r device.Intf) bool {
	return declared.Says(kind(r), networking...) || !logical(r) && declared.Affirms(r.Description, networking...) != ""
}

func logical(r device.Intf) bool { return declared.Says(r.Type, "logical", "logisch") }

func airInterface(r device.Intf) bool {
	return !logical(r) && (declared.Says(kind(r), airborne...) || declared.Affirms(r.Description, airborne...) != "")
}

// status is how a row says that it is: its typed key, or the word in its text.
func status(r device.Intf) string {
	if r.State != "" {
		return r.State
	}
	return strings.ToLower(strings.TrimSpace(r.Status))
}

func off(r device.Intf) bool {
	s := status(r)
	return strings.HasPrefix(s, "disabled") || !strings.HasPrefix(s, "enabled") && (declared.Affirms(s, "disabled", "off", "deactivated") != "" || declared.Says(s, "not enabled"))
}

// forGood tells whether a row is off in a way that nobody can take back.
func forGood(r device.Intf) bool {
	return r.State == "disabled-permanently" || r.State == "" && off(r) && declared.Affirms(r.Status, "permanent*", "for good", "irreversibl*", "fused", "for ever") != ""
}

// used tells whether a row is on in any state.
func used(r device.Intf) bool { return !off(r) || needed(r) == "intermittent" }

func needed(r device.Intf) string { return strings.ToLower(r.Need) }

func debugs(r device.Intf) bool { return len(debugging([]device.Intf{r})) > 0 }

// stated raises a doubt for each row that does not say what a mechanical check needs.
func stated(ctx context.Context, rows []device.Intf, need bool) {
	for _, r := range rows {
		if status(r) == "" {
			Doubt(ctx, "%s (%s) has no Status", r.ID, r.Description)
		}
		if need && r.Need == "" {
			Doubt(ctx, "%s (%s) does not say whether it is needed (need: always, intermittent or never)", r.ID, r.Description)
		}
	}
}

func where(rows []device.Intf, is ...func(device.Intf) bool) []device.Intf {
	return slices.DeleteFunc(slices.Clone(rows), func(r device.Intf) bool {
		return slices.ContainsFunc(is, func(f func(device.Intf) bool) bool { return !f(r) })
	})
}

func not(f func(device.Intf) bool) func(device.Intf) bool {
	return func(r device.Intf) bool { return !f(r) }
}

func needs(what string) func(device.Intf) bool {
	return func(r device.Intf) bool { return needed(r) == what }
}

// Words for means that keep hands off, and for means of software.
var (
	barriers = []string{"casing", "case", "enclosure", "housing", "cover*", "screw*", "glue*", "potting", "potted", "epoxy", "resin", "sealed", "inside the device", "not fitted", "unpopulated", "no connector", "no header", "trace cut", "traces cut", "removed", "gehäuse", "vergossen"}
	switches = []string{"fuse*", "efuse*", "life cycle*", "lifecycle*", "boot loader*", "bootloader*", "boot option*", "kernel*", "firmware", "software", "image", "configuration", "build*", "driver*", "gadget*", "locked", "switched off in", "console off", "debug lock*", "read-out protection", "register*"}
)

// joined are the rows of 13-SoftServ and 11-ComMech that a row serves, by place, by name, or because it carries them all.
func joined(ctx context.Context, dut *DUT, r device.Intf) (services []device.SoftServ, others []string) {
	same := func(at []device.Endpoint) bool {
		return slices.ContainsFunc(at, func(e device.Endpoint) bool {
			return slices.ContainsFunc(r.At, func(o device.Endpoint) bool {
				return e.Port != 0 && e.Port == o.Port || e.Port == 0 && e.Proto != "" && strings.EqualFold(e.Proto, o.Proto)
			})
		})
	}
	if rows := dut.IXIT().SoftServ; rows != nil {
		for _, s := range *rows {
			if same(s.At) || !logical(r) && len(r.At) == 0 && carriesNetwork(r) && len(s.At) > 0 {
				services = append(services, s)
			}
		}
	}
	if rows := dut.IXIT().ComMech; rows != nil {
		for _, m := range *rows {
			if same(m.At) || m.Interface != "" && m.Interface == r.ID {
				others = append(others, m.ID)
			}
		}
	}
	if rows := dut.IXIT().UpdMech; rows != nil {
		for _, u := range *rows {
			if declared.Says(u.Description, r.ID) {
				others = append(others, u.ID)
			}
		}
	}
	return services, others
}
