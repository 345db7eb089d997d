package dial

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayOpenSockets are the folders whose work it is to be on the network: the doors to the device and to the supplier's pages,
// and what listens. Who may use the second door says its own test.
var mayOpenSockets = []string{"harness/dial", "harness/web", "harness/discovery", "harness/bench", "harness/specimen"}

// opens are the names of a package that open a socket, or let something out, without asking the door.
var opens = map[string]*regexp.Regexp{
	"net":                                   regexp.MustCompile(`^(Dial.*|Listen.*|FileConn|FileListener|FilePacketConn|Lookup.*|Resolver|DefaultResolver|Resolve.*Addr)$`),
	"net/http":                              regexp.MustCompile(`^(Get|Head|Post|PostForm|Default(Client|Transport)|ListenAndServe.*)$`),
	"net/http/httptest":                     regexp.MustCompile(`^New.*Server$`),
	"net/rpc":                               regexp.MustCompile(`^Dial.*$`),
	"net/smtp":                              regexp.MustCompile(`^(Dial|SendMail)$`),
	"crypto/tls":                            regexp.MustCompile(`^(Dial.*|Listen)$`),
	"log/syslog":                            regexp.MustCompile(`^(Dial|New.*)$`),
	"syscall":                               regexp.MustCompile(`^(Socket|Connect|Sendto|Sendmsg.*|RawSyscall.*|Syscall.*)$`),
	"golang.org/x/sys/unix":                 regexp.MustCompile(`^(Socket|Connect|Sendto|Sendmsg.*|RawSyscall.*|Syscall.*)$`),
	"golang.org/x/crypto/ssh":               regexp.MustCompile(`^Dial$`),
	"golang.org/x/net/icmp":                 regexp.MustCompile(`^ListenPacket$`),
	"golang.org/x/net/websocket":            regexp.MustCompile(`^Dial.*$`),
	"github.com/gorilla/websocket":          regexp.MustCompile(`^DefaultDialer$`),
	"github.com/miekg/dns":                  regexp.MustCompile(`^(Dial.*|Exchange.*|ListenAndServe.*|Client)$`),
	"github.com/eclipse/paho.mqtt.golang":   regexp.MustCompile(`^New(Client|ClientOptions)$`), // unless SetCustomOpenConnectionFn: see below
	"github.com/grandcat/zeroconf":          regexp.MustCompile(`.*`),
	"github.com/koron/go-ssdp":              regexp.MustCompile(`.*`),
	"github.com/gosnmp/gosnmp":              regexp.MustCompile(`^(Default|NewGoSNMP)$`),
	"github.com/quic-go/quic-go":            regexp.MustCompile(`^(DialAddr.*|ListenAddr.*)$`),
	"github.com/pion/dtls/v3":               regexp.MustCompile(`^(Dial|Listen)$`),
	"github.com/PuerkitoBio/goquery":        regexp.MustCompile(`^NewDocument$`),
	"github.com/mochi-mqtt/server/v2":       regexp.MustCompile(`.*`),
	"golang.org/x/crypto/acme/autocert":     regexp.MustCompile(`.*`),
	"golang.org/x/net/proxy":                regexp.MustCompile(`.*`),
	"github.com/insomniacslk/dhcp/nclient4": regexp.MustCompile(`.*`),
}

// needs are types whose zero value opens sockets by itself: a value must set one of these fields.
var needs = map[string]map[string][]string{
	"net/http": {
		"Client":    {"Transport"},
		"Transport": {"DialContext", "DialTLSContext"},
	},
	"github.com/gorilla/websocket": {"Dialer": {"NetDialContext", "NetDialTLSContext", "NetDial"}},
	"github.com/gosnmp/gosnmp":     {"GoSNMP": {"Conn"}},
}

// TestOneDoor walks the whole module: nothing opens a socket but by the door.
func TestOneDoor(t *testing.T) {
	t.Parallel()
	root := moduleRoot(t)
	files := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if e.IsDir() {
			if slices.Contains(mayOpenSockets, filepath.ToSlash(rel)) || strings.HasPrefix(e.Name(), ".") && rel != "." || e.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, f := range bypasses(t, rel, src) {
			t.Error(f)
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("walked %d files: %v", files, err)
	}
}

// TestBypassesAreSeen proves that the walk can fail.
func TestBypassesAreSeen(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]int{
		`import "net"; var c, _ = net.Dial("tcp", "x")`:                               1,
		`import n "net"; var d n.Dialer`:                                              1,
		`import . "net"`:                                                              1,
		`import "net"; var l = (&net.ListenConfig{}).Listen`:                          1,
		`import "net"; func f() { net.LookupHost("x") }`:                              1,
		`import "net"; var c net.Conn; var p = net.JoinHostPort`:                      0,
		`import "net/http"; func f() { http.Get("x"); http.DefaultClient.Get("y") }`:  2,
		`import "net/http"; var c = &http.Client{}`:                                   1,
		`import "net/http"; var c = new(http.Client)`:                                 1,
		`import "net/http"; var c http.Client`:                                        1,
		`import "net/http"; func f(c *http.Client, t *http.Transport) {}`:             0,
		`import "net/http"; var c = &http.Client{Transport: nil}`:                     1,
		`import "net/http"; var c = &http.Client{Transport: http.DefaultTransport}`:   1,
		`import "net/http"; var c = &http.Client{Transport: &http.Transport{}}`:       1,
		`import "net/http"; var c = &http.Client{Transport: t}`:                       0,
		`import "net/http"; var t = http.Transport{DialContext: d}`:                   0,
		`import "crypto/tls"; var c, _ = tls.Dial("tcp", "x", nil)`:                   1,
		`import "crypto/tls"; var d tls.Dialer`:                                       1,
		`import "crypto/tls"; var c = tls.Client(nil, &tls.Config{})`:                 0,
		`import "golang.org/x/sys/unix"; func f() { unix.Socket(1, 2, 3) }`:           1,
		`import "golang.org/x/crypto/ssh"; func f() { ssh.Dial("tcp", "", nil) }`:     1,
		`import "golang.org/x/crypto/ssh"; func f() { ssh.NewClientConn(c, "", nil)}`: 0,
		`import "github.com/grandcat/zeroconf"; var r = zeroconf.NewResolver`:         1,
		`import mqtt "github.com/eclipse/paho.mqtt.golang"; var c = mqtt.NewClient`:   1,
		`import mqtt "github.com/eclipse/paho.mqtt.golang"; func f() { o := mqtt.NewClientOptions(); o.SetCustomOpenConnectionFn(f); mqtt.NewClient(o) }`: 0,
	} {
		if got := bypasses(t, "x.go", []byte("package x\n"+src)); len(got) != want {
			t.Errorf("%s: %d, not %d: %v", src, len(got), want, got)
		}
	}
}

// bypasses lists the places of a file that go past the door.
func bypasses(t *testing.T, name string, src []byte) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	say := func(n ast.Node, what string) {
		found = append(found, fmt.Sprintf("%v: %s goes past the door: use Dial of the device", set.Position(n.Pos()), what))
	}
	imports := map[string]string{}
	for _, i := range file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		local := packageName(path)
		if i.Name != nil {
			local = i.Name.Name
		}
		if local == "." && (opens[path] != nil || needs[path] != nil) {
			say(i, `import . "`+path+`"`)
		}
		imports[local] = path
	}
	given := map[ast.Node]bool{} // type names that stand in a pointer or in a value with the field that they need
	dialled := strings.Contains(string(src), ".SetCustomOpenConnectionFn(")
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StarExpr:
			given[n.X] = true
		case *ast.CompositeLit:
			if path, name := selected(imports, n.Type); hasField(n, needs[path][name]) {
				given[n.Type] = true
			}
		case *ast.SelectorExpr:
			path, name := selected(imports, n)
			if re := opens[path]; re != nil && re.MatchString(name) && !(dialled && strings.HasSuffix(path, "/paho.mqtt.golang")) {
				say(n, path+"."+name)
			}
			if fields := needs[path][name]; fields != nil && !given[n] {
				say(n, fmt.Sprintf("%s.%s without %s", path, name, strings.Join(fields, " or ")))
			}
		}
		return true
	})
	return found
}

// selected is the package and name that an expression such as http.Client means.
func selected(imports map[string]string, e ast.Expr) (path, name string) {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := s.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return imports[id.Name], s.Sel.Name
}

func hasField(lit *ast.CompositeLit, fields []string) bool {
	return slices.ContainsFunc(lit.Elts, func(e ast.Expr) bool {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			return false
		}
		key, ok := kv.Key.(*ast.Ident)
		value, isName := kv.Value.(*ast.Ident)
		return ok && slices.Contains(fields, key.Name) && !(isName && value.Name == "nil")
	})
}

// packageName is the name under which a path is imported, as far as the paths above go.
func packageName(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && regexp.MustCompile(`^v\d+$`).MatchString(last) {
		last = parts[len(parts)-2]
	}
	switch path {
	case "github.com/eclipse/paho.mqtt.golang":
		return "mqtt"
	case "github.com/koron/go-ssdp":
		return "ssdp"
	case "github.com/quic-go/quic-go":
		return "quic"
	case "github.com/mochi-mqtt/server/v2":
		return "mqtt"
	}
	return last
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.mod above this package")
	return ""
}
