package suites
import ("testing";"slices";"strings";"github.com/secure-by-design/assay/suites/loop";"github.com/secure-by-design/assay/provisions")
func mine(u string) bool { return strings.HasPrefix(u,"5.11-") }
func TestZZ(t *testing.T){
 for _,f:=range []string{"","reset-keeps-token","reset-keeps-recordings","erase-function-broken","guest-can-erase-all"} {
 tr:=loop.Trial{Edition:provisions.V31}; if f!="" {tr.Faults=[]string{f}}; tr.Run(t); a,b:=tr.Broken()
  var dec []string
  for _,x:=range provisions.Must().Faults(){ if x.Name==f { for _,r:=range x.Breaks { if mine(r.Unit)&&(r.Edition==""||r.Edition==provisions.V31) { dec=append(dec,r.Unit)} } } }
  slices.Sort(dec)
  got:=slices.DeleteFunc(a,func(u string)bool{return !mine(u)})
  t.Log(f,slices.Equal(got,dec),got,dec,b,tr.Took)
  for _,o:=range tr.Outcomes { if mine(o.Unit) && (f==""||!slices.Equal(got,dec)) { t.Log("   ",o.Unit,o.Verdict,o.Reason) } }
 }
}
