package updates

import (
	"context"

	. "github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/declared"
)

var _ = Provision("5.3-10", func(dut *DUT) {
	TestCase("5.3-10-1", func() {
		Unit("a", "what comes over a network is verified: whose it is, for which device, and that it is whole", func(ctx context.Context) {
			overNetwork(ctx, dut, func(m mechanism) finding { return worst(authentic(m), whole(m)) })
		}, Climbs(provisions.Declared))

		Unit("b", "that rests on a relationship of trust", func(ctx context.Context) {
			overNetwork(ctx, dut, trusted)
		}, Climbs(provisions.Declared))

		Unit("c", "no way of updating over a network is missing from the IXIT", func(ctx context.Context) {
			undescribed(ctx, dut)
		}, Climbs(provisions.LAN))
	})
})

// networks are the words of a description by which updates come over a network.
var networks = []string{"network*", "internet", "wi-fi", "wifi", "wlan", "lan", "ethernet", "cloud", "server*", "over the air", "over-the-air", "ota", "http*", "mqtt", "download*", "app", "bluetooth", "zigbee", "thread", "mobile", "Netz*"}

// overNetwork judges the mechanisms that come over a network.
func overNetwork(ctx context.Context, dut *DUT, judge func(mechanism) finding) {
	var over []mechanism
	var unsaid []finding
	for _, m := range declaredMechanisms(ctx, dut) {
		switch {
		case m.upd.Network.Yes() || m.upd.Network == "" && declared.Affirms(m.says("Description"), networks...) != "":
			over = append(over, m)
		case m.upd.Network == "":
			unsaid = append(unsaid, m.missing("upd.network"))
		}
	}
	if len(unsaid) > 0 {
		worst(unsaid...).say()
	}
	if len(over) == 0 {
		Inconclude("7-UpdMech declares no mechanism over a network: the provision does not apply")
	}
	Each("update mechanism over a network", over, func(m mechanism) { judge(m).say() })
}

var (
	// whereabouts are the words of an anchor that tells where updates come from, and proves nothing of it.
	whereabouts = []string{"address", "addresses", "IP", "DNS", "host name", "hostname", "domain", "domain name", "URL", "server name", "Adresse"}
	// proofs are the words of an anchor that proves something.
	proofs = []string{"key", "keys", "certificate*", "CA", "authority", "PKI", "signer", "signature*", "signed", "fingerprint*", "pin", "pinned", "password*", "PSK", "passphrase*", "credential*", "token*", "owner", "user", "TLS", "VPN", "Schlüssel", "Zertifikat*"}
)

// trusted is whether the verification of a mechanism rests on a relationship of trust that names what it rests on.
func trusted(m mechanism) finding {
	anchor := m.upd.Anchor
	where := declared.Affirms(anchor, whereabouts...) != "" && !declared.Says(anchor, proofs...)
	switch {
	case m.upd.Trust == "":
		return m.unsaid("upd.trust", "Cryptographic Details")
	case m.upd.Trust == "signature" && unsigned(m):
		return is(broken, "%s rests its trust on a signature (upd.trust), and has none (upd.signature.alg: %s)", m.ID, m.sign.Alg)
	case declared.None(anchor):
		return is(broken, "%s rests its trust on nothing (upd.anchor: %s)", m.ID, anchor)
	case anchor == "":
		return m.missing("upd.anchor")
	case where:
		return is(contrary, "%s rests its trust on where updates come from (upd.anchor: %q), which whoever is on the way can pretend", m.ID, anchor)
	case m.upd.Trust == "other":
		return is(open, "%s rests its trust on %q; whether that is a relationship of trust is to be judged", m.ID, anchor)
	}
	return is(fitting, "%s rests its trust (%s) on %s; whether that is valid is to be judged", m.ID, m.upd.Trust, anchor)
}
