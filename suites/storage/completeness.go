package storage

import (
	"context"
	"fmt"
	"strings"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
	"github.com/secure-by-design/assay/suites/seen"
)

// An expectation is a parameter that another table, or the network, speaks of: some row of 10-SecParam must hold one word of each list.
type expectation struct {
	of    string // what speaks of it
	what  string
	words [][]string
}

var (
	keyWords    = []string{"key", "keys", "certificate*", "PSK", "trust anchor*", "credential*"}
	makersWords = []string{"public key*", "verification key*", "verification certificate*", "root key*", "hash of the key", "trust anchor*", "maker's key"}
	ownersWords = []string{"password*", "passphrase*", "PIN", "PINs", "code", "codes", "verifier*", "credential*", "secret*"}
)

// protocols are those that need a key of their own, by the words that name them.
var protocols = []struct {
	name  string
	words []string
}{
	{"TLS", []string{"TLS*", "DTLS*", "HTTPS", "MQTTS"}}, {"SSH", []string{"SSH*", "SFTP"}}, {"WPA", []string{"WPA*", "Wi-Fi", "WLAN"}},
	{"Bluetooth", []string{"Bluetooth", "BLE"}}, {"Zigbee", []string{"Zigbee*"}}, {"Thread", []string{"Thread"}}, {"Z-Wave", []string{"Z-Wave*"}}, {"IPsec or WireGuard", []string{"IPsec", "WireGuard"}},
}

// complete derives from the other tables, and from what listens, which parameters there must be, and looks for a row of each.
func complete(ctx context.Context, dut *DUT) {
	rows := parameters(ctx, dut)
	expected := fromTables(ctx, dut)
	Each("parameter that another table implies", expected, func(e expectation) {
		if !e.met(rows) {
			Propose(Fail, "%s implies %s, and no row of 10-SecParam speaks of one; confirm that it is missing", e.of, e.what)
		}
	})
	if !dut.May(provisions.Gentle) {
		NotClimbed(ctx, provisions.LAN, "this run allows no question to the device")
	} else {
		for _, e := range fromNetwork(ctx, dut) {
			if !e.met(rows) {
				Contradicted("%s proves %s, and no row of 10-SecParam speaks of one", e.of, e.what)
			}
		}
	}
	var of []string
	for _, e := range expected {
		of = append(of, e.of)
	}
	Propose(Pass, "each parameter that %s imply has its row; see whether another is missing", strings.Join(of, ", "))
}

// met tells whether a row speaks of what is expected.
func (e expectation) met(rows []device.Row) bool {
	for _, r := range rows {
		text, all := declared.Text(r, "Description")+". "+declared.Text(r, "Provisioning Mechanism"), true
		for _, words := range e.words {
			all = all && declared.Affirms(text, words...) != ""
		}
		if all {
			return true
		}
	}
	return false
}

// fromTables are the parameters that the other tables imply.
func fromTables(ctx context.Context, dut *DUT) (out []expectation) {
	for _, r := range Declared(ctx, dut, "1-AuthMech") {
		switch factor := declared.Text(r, "Authentication Factor"); {
		case declared.Says(factor, "password*", "passphrase*", "PIN", "code", "codes"):
			out = append(out, expectation{r.ID, "what a " + factor + " is held against", [][]string{ownersWords}})
		case declared.Says(factor, keyWords...):
			out = append(out, expectation{r.ID, "the key or certificate of its factor", [][]string{keyWords}})
		}
	}
	for _, r := range Declared(ctx, dut, "7-UpdMech") {
		if declared.Affirms(declared.Text(r, "Cryptographic Details"), "Ed25519", "Ed448", "ECDSA", "RSA*", "ML-DSA", "signature*", "signed") != "" {
			out = append(out, expectation{r.ID, "the key that updates are verified with", [][]string{makersWords}})
		}
	}
	if rows, ok := dut.File.Table("20-SecBoot"); ok && len(rows) > 0 {
		Declared(ctx, dut, "20-SecBoot")
		for _, r := range rows {
			out = append(out, expectation{r.ID, "the key that software is verified with at the start", [][]string{makersWords}})
		}
	}
	for _, r := range Declared(ctx, dut, "11-ComMech") {
		text := declared.Text(r, "Description") + ". " + declared.Text(r, "Cryptographic Details")
		if promised := r.Lists["Security Guarantees"]; len(promised) == 0 {
			continue
		}
		for _, p := range protocols {
			if declared.Affirms(text, p.words...) != "" {
				out = append(out, expectation{r.ID, fmt.Sprintf("a key or anchor of %s", p.name), [][]string{keyWords, p.words}})
				break
			}
		}
	}
	return out
}

// fromNetwork are the keys that services prove.
func fromNetwork(ctx context.Context, dut *DUT) (out []expectation) {
	for _, s := range seen.Services(ctx, dut) {
		switch {
		case s.TLS:
			out = append(out, expectation{seen.Name(s), "a key of TLS", [][]string{keyWords, protocols[0].words}})
		case s.Protocol == "ssh":
			out = append(out, expectation{seen.Name(s), "a host key of SSH", [][]string{keyWords, protocols[1].words}})
		}
	}
	return out
}
