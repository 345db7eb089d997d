package service

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A guess is what bytes of a service say about it.
type guess struct {
	Protocol, Product, Version string
	via, note                  string
	more                       bool // more bytes could tell more
}

// greeted judges what a service says unasked.
func greeted(b []byte) guess {
	line, whole := firstLine(b)
	text := string(line)
	switch {
	case strings.HasPrefix(text, "SSH-"):
		// SSH-protoversion-softwareversion SP comments (RFC 4253 clause 4.2)
		g := guess{Protocol: "ssh", more: !whole}
		if parts := strings.SplitN(text, "-", 3); len(parts) == 3 {
			software, _, _ := strings.Cut(parts[2], " ")
			g.Product, g.Version, _ = strings.Cut(software, "_")
		}
		return g
	case bytes.HasPrefix(b, []byte("RFB ")) && len(line) == 11: // RFC 6143 clause 7.1.1
		return guess{Protocol: "vnc", Version: text[4:]}
	case strings.HasPrefix(text, "+OK"):
		return named("pop3", text, !whole)
	case strings.HasPrefix(text, "* OK"), strings.HasPrefix(text, "* PREAUTH"):
		return named("imap", text, !whole)
	case strings.HasPrefix(text, "OK MPD "): // Music Player Daemon's protocol, "Opening the connection"
		return guess{Protocol: "mpd", Product: "MPD", Version: text[len("OK MPD "):], more: !whole}
	case isMySQL(b):
		return mySQL(b)
	case hasCode(b, "220"), hasCode(b, "421"), hasCode(b, "554"):
		return byCode(b, !whole)
	}
	for _, judge := range []func([]byte) guess{openOCD, http2Answer, httpAnswer} { // of HTTP: settings, and a refusal unasked
		if g := judge(b); g.Protocol != "" {
			return g
		}
	}
	if isTelnet(b) {
		return guess{Protocol: "telnet", more: true}
	}
	return prompt(b)
}

// byCode tells FTP and SMTP apart, whose greetings begin alike (RFC 959, RFC 5321). Neither is named where the text says nothing.
func byCode(b []byte, more bool) guess {
	text := printable(b, 2048)
	upper := strings.ToUpper(text)
	ftp, smtp := strings.Contains(upper, "FTP"), strings.Contains(upper, "SMTP") || strings.Contains(upper, " MAIL ")
	switch {
	case ftp && !smtp:
		return named("ftp", text, more)
	case smtp && !ftp:
		return named("smtp", text, more)
	}
	return guess{}
}

// afterEHLO judges the answer to EHLO of a service that greeted with 220 and no word.
func afterEHLO(b []byte, g guess) guess {
	switch {
	case hasCode(b, "250"):
		g.Protocol = "smtp"
	case hasCode(b, "500"), hasCode(b, "502"), hasCode(b, "530"), hasCode(b, "202"):
		g.Protocol = "ftp"
	}
	g.via = "answer to EHLO"
	return g
}

func hasCode(b []byte, code string) bool {
	return len(b) > 3 && string(b[:3]) == code && (b[3] == ' ' || b[3] == '-')
}

func isMySQL(b []byte) bool {
	return len(b) > 5 && b[3] == 0 && (b[4] == 10 || b[4] == 0xff) && len(b)-4 <= int(b[0])|int(b[1])<<8|int(b[2])<<16 &&
		(b[4] == 0xff || bytes.IndexByte(b[5:min(len(b), 70)], 0) > 0)
}

// mySQL reads the initial handshake packet: length, number, protocol 10, version, zero; or an error packet.
func mySQL(b []byte) guess {
	if b[4] == 0xff {
		if len(b) < 7 {
			return guess{}
		}
		return guess{Protocol: "mysql", note: fmt.Sprintf("it refuses this host with error %d", binary.LittleEndian.Uint16(b[5:]))}
	}
	version := string(b[5 : 5+bytes.IndexByte(b[5:], 0)])
	g := guess{Protocol: "mysql", Product: "MySQL", Version: version}
	if strings.Contains(version, "MariaDB") {
		g.Product = "MariaDB"
	}
	return g
}

// Telnet's commands (RFC 854).
const (
	iac, will, wont, do, dont = 255, 251, 252, 253, 254
	sb, se                    = 250, 240
)

// isTelnet sees a negotiation: IAC, a command, an option.
func isTelnet(b []byte) bool {
	for i := 0; i+2 < len(b); i++ {
		if b[i] == iac && b[i+1] >= sb && b[i+1] < iac && b[i+2] < 50 {
			return true
		}
	}
	return false
}

// declined refuses each option that a telnet server offers or asks for, at most 32 of them.
func declined(b []byte) (reply []byte) {
	for i := 0; i+2 < len(b) && len(reply) < 3*32; i++ {
		if b[i] != iac {
			continue
		}
		switch b[i+1] {
		case do:
			reply = append(reply, iac, wont, b[i+2])
			i += 2
		case will:
			reply = append(reply, iac, dont, b[i+2])
			i += 2
		}
	}
	return reply
}

// visible is a telnet stream without its commands.
func visible(b []byte) (out []byte) {
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != iac:
			out = append(out, b[i])
		case i+1 >= len(b):
		case b[i+1] == iac:
			out = append(out, iac)
			i++
		case b[i+1] == sb:
			end := bytes.Index(b[i:], []byte{iac, se})
			if end < 0 {
				return out
			}
			i += end + 1
		case b[i+1] >= will:
			i += 2
		default:
			i++
		}
	}
	return out
}

var (
	asksLogin = regexp.MustCompile(`(?i)(login|user ?name|user|password)\s*[:>]\s*$`)
	isShell   = regexp.MustCompile(`(?m)(BusyBox v\d|^[^\n]{0,60}[#$]) ?$|BusyBox v\d`)
)

// prompt sees a login or a shell in clear.
func prompt(b []byte) guess {
	text := strings.TrimRight(string(b[:min(len(b), 4096)]), "\x00")
	switch {
	case asksLogin.MatchString(text):
		g := named("telnet", text, false)
		g.note = "a login prompt without negotiation"
		return g
	case isShell.MatchString(text):
		g := named("shell", text, false)
		g.note = "a shell prompt without login"
		return g
	}
	return guess{}
}

var softwareVersion = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]{1,40})[ /_]v?(\d+\.[0-9A-Za-z.+-]{1,30})`)

// product finds what looks like a name and a version.
func product(b []byte) (name, version string) {
	if m := softwareVersion.FindSubmatch(b[:min(len(b), 2048)]); m != nil {
		return string(m[1]), strings.TrimRight(string(m[2]), ".")
	}
	return "", ""
}

func named(protocol, text string, more bool) guess {
	g := guess{Protocol: protocol, more: more}
	g.Product, g.Version = product([]byte(text))
	return g
}

// firstLine is the first line without its end, at most 1,024 bytes, and whether the end was there.
func firstLine(b []byte) ([]byte, bool) {
	b = b[:min(len(b), 1024)]
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return b, false
	}
	return bytes.TrimSuffix(b[:i], []byte{'\r'}), true
}

// printable keeps printable characters as they are and escapes all others, so that the text may stand in a terminal and in JSON.
func printable(b []byte, most int) string {
	var out strings.Builder
	for len(b) > 0 && out.Len() < most {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&out, `\x%02x`, b[0])
		case strconv.IsPrint(r):
			out.WriteRune(r)
		default:
			q := strconv.QuoteRune(r)
			out.WriteString(q[1 : len(q)-1])
		}
		b = b[n:]
	}
	return out.String()
}
