package surfaces

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/mqtt"
	"github.com/secure-by-design/assay/harness/probe/onvif"
	"github.com/secure-by-design/assay/suites/seen"
)

// Keys of a record, a retained message or a field, by what their value is. None of these is grave by itself: a serial number may be
// what a protocol is found by, and a name may be one that the owner gave so that others see it.
var keys = []struct {
	item  string
	names []string
	value *regexp.Regexp
}{
	{"version", strings.Fields("fv fw fwver fwversion firmware firmwareversion version ver vers swver sw srcvers osvers softwareversion sysdescr"), regexp.MustCompile(`\d+\.\d+`)},
	{"serial number", strings.Fields("sn serial serialno serialnumber usn"), regexp.MustCompile(`[0-9A-Za-z]{4,}`)},
	{"location", strings.Fields("loc location room lat lon latitude longitude gps geo position syslocation"), regexp.MustCompile(`\S`)},
	{"person", strings.Fields("owner ownername user username account email contact syscontact"), regexp.MustCompile(`\S{2,}`)},
	{"network name", strings.Fields("ssid wifi wifissid essid bssid"), regexp.MustCompile(`\S{2,}`)},
}

// possessive are names that begin as those of somebody's things do.
var possessive = regexp.MustCompile(`^\p{Lu}\p{L}+(?:['’]s\b| s )|(?:^|\s)(?:von|de) \p{Lu}\p{L}+$`)

// Answers to a greeting that say which product and version speaks; that of SSH is demanded by its protocol (RFC 4253 clause 4.2).
var greeting = []string{"ftp", "telnet", "smtp", "pop3", "imap", "mysql", "shell"}

// inField classifies a key with its value, as in a TXT record: "sn=12345678".
func inField(where string, port uint16, key, value string) (out []disclosure) {
	key = strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(key))
	for _, k := range keys {
		if slices.Contains(k.names, key) && k.value.MatchString(value) {
			out = append(out, disclosure{where, port, k.item, key + "=" + value, false})
		}
	}
	return out
}

// inRecord classifies a string that is announced: a key with its value, or a name.
func inRecord(where string, port uint16, text string) (out []disclosure) {
	if key, value, ok := strings.Cut(text, "="); ok {
		out = inField(where, port, key, value)
	} else if name := strings.NewReplacer(`\ `, " ", `\.`, ".").Replace(text); possessive.MatchString(strings.Split(name, "._")[0]) {
		out = append(out, disclosure{where, port, "person", "a name that may hold a person's, " + strings.Split(name, "._")[0], false})
	}
	return out
}

// greeted are the versions that services greet with, and inTopics what brokers retain for anybody.
func greeted(ctx context.Context, dut *DUT) (out []disclosure) {
	for _, s := range seen.Services(ctx, dut) {
		if slices.Contains(greeting, s.Protocol) && s.Version != "" {
			out = append(out, disclosure{seen.Name(s), s.Addr.Port(), "version", s.Product + " " + s.Version, false})
		}
	}
	return out
}

// aboutCameras is what ONVIF tells anybody of the device.
func aboutCameras(ctx context.Context, dut *DUT) (out []disclosure) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol != "http" {
			continue
		}
		o := Ask(ctx, seen.Of(dut, s), onvif.Functions{Port: s.Addr.Port(), TLS: s.TLS})
		for _, key := range slices.Sorted(maps.Keys(o.Told)) {
			out = append(out, inField(seen.Name(s)+" by ONVIF", s.Addr.Port(), key, o.Told[key])...)
		}
	}
	return out
}

func inTopics(ctx context.Context, dut *DUT) (out []disclosure) {
	for _, s := range seen.Services(ctx, dut) {
		if s.Protocol != "mqtt" {
			continue
		}
		o := Ask(ctx, seen.Of(dut, s), mqtt.Offers{Port: s.Addr.Port(), TLS: s.TLS})
		if o.Version != "" {
			out = append(out, disclosure{seen.Name(s) + " $SYS/broker/version", s.Addr.Port(), "version", o.Version, false})
		}
		for _, m := range o.Said {
			where, at := seen.Name(s)+" "+m.Topic, s.Addr.Port()
			out = append(out, inText(where, at, m.Text)...)
			key := m.Topic[strings.LastIndex(m.Topic, "/")+1:]
			out = append(out, inText(where, at, key+"="+m.Text)...)
			out = append(out, inField(where, at, key, m.Text)...)
		}
	}
	return out
}
