"""The repertories in which Polish courts and offices number their cases; a reference begins with the one that its case stands in.

Sources: the Minister of Justice's order of 19 June 2019 on the organisation of court secretariats (Dz. Urz. MS poz. 138, as changed) and
the office rules before it; the regulation on bailiffs' offices of 18 December 2018; the First President's order 158/2020 for the Supreme
Court and its published list of registers; the office rules of administrative courts; the Prosecutor General's of 2010 and 2016; the
regulation of 18 November 2021 on files in the National Register of Debtors.
Where two differ by case alone (the Supreme Court's CO, a district court's Co), the more frequent stands for both: case is no mark on paper.
"""

ORDINARY = frozenset(
    # civil; their appeals
    "C Nc Nc-e Ns Co Cps N Ca Cz Cgg WSC S ACa ACz ACo ACp ANs"
    # family and juveniles
    " RC RNs RNc RCo RCps RCz RCa RNsm Nsm Nmo Nkd Nw Npw Now Nd Op Opm Alk RD"
    # labour and social insurance
    " P Np Po Pa Pz Pm U Uo Ua Uz APa APz APo AUa AUz AUo"
    # criminal, offences, enforcement of penalties
    " K Ks Kp Ko Kop Ka Kz Kzw Kow Kws Kpp Kss W Wo Wz Pen Kpen Wzaw D Dm AKa AKz AKzw AKo AKp AKs AKow ASDo ASD"
    # commercial, insolvency, competition, intellectual property
    " GC GNc GNs GCo GCps GN Ga Gz GWo GW GWz GWzt GWwp GWa GU GUp GUp-s GUp-sk GUp-Zw GUp-s-Zw GUp-sk-Zw GUk GUo GUu GUz GUzd Gzd"
    " GR GRz GRp GRs GRu GRk GRo GRn GReu AGa AGz AGo AmC AmA AmE AmT AmK AmZ AmO".split()
)
# Regional administrative courts write their seat after the repertory; the Supreme Administrative Court (NSA) has its own.
REGIONAL = frozenset("SA SAB SO SPP SPO".split())
SEATS = frozenset("Bd Bk Gd Gl Go Ka Ke Kr Lu Łd Ol Op Po Rz Sz Wa Wr".split())
NATIONAL = frozenset(
    "SA SAB OSK FSK GSK OZ FZ GZ OW FW GW OPS FPS GPS OPP FPP GPP ONP FNP GNP OSZ OPK FPK GPK ONPU FNPU GNPU OSW".split()
)
SUPREME = frozenset(
    "CSK CSKP CNP CNPP CSP CZP CN CB CBO CK CKN CKU CRN CR CNPZ KK KKN KZP KB KN KRN KRI PSK PSKP PK PKN PZP PB PRN PSP"
    " USK USKP UK UKN UZP UB URN BU SK SZ SZP SNO SND SDI PDW PDZ KRS NSNc NSNk NSNkp NSNp NSNu NSW NSK NSKP NO NSP NKRS NB NZ NZP NSZ"
    " NNp NSZP DO DSI DIZ DI DSS DSK DSP ZO ZI ZIZ ZSG ZB ZK ZZ ZSK ZSB WA WK WZP".split()
)
CONSTITUTIONAL = frozenset("K SK P U Kp Kpt Ts Tw Pp M S Uw".split())
BAILIFF = frozenset("Km Kms Kmp GKm Kmn Kmo Nkm".split())
PROCUREMENT = frozenset(("KIO", "KIO/UZP", "KIO/KD", "KIO/KU", "KIO/W"))
PROSECUTOR = frozenset("Ds Dsn Dsu Dsz Ko Ko1 Ko2 Pc Pa Pn Ap Oz Opz".split())

# Known by themselves, without a division and without a word like "sygn." before them: nothing else is written so.
PLAIN = frozenset(
    {name for name in ORDINARY if len(name) > 2 and any(map(str.isupper, name[1:]))}
    | {
        "Nsm",
        "Nmo",
        "Nkd",
        "Cps",
        "Nc-e",
        "GUp",
        "CZP",
        "CSK",
        "CSKP",
        "CNP",
        "KZP",
        "OSK",
        "FSK",
        "GSK",
        "PSK",
        "PSKP",
        "USK",
        "USKP",
    }
    | {"Nc", "Ns", "SK", "Ts", "Tw", "NSNc", "UZP", "SNO", "SDI", "CKN", "KKN", "PKN", "UKN", "Km"}
    | (BAILIFF - {"Km"})
    | PROCUREMENT
)

_KNOWN = {
    name.lower(): name
    for names in (SUPREME, NATIONAL, CONSTITUTIONAL, BAILIFF, PROCUREMENT, ORDINARY)
    for name in sorted(names)
}
_REGIONAL = {name.lower(): name for name in REGIONAL}
_SEATS = {name.lower(): name for name in SEATS} | {"ld": "Łd"}


def known(word: str) -> str:
    """A repertory as it is written, whatever the case of `word` ("sa/wa" → "SA/Wa"); "" if there is none."""
    lower = word.lower()
    if found := _KNOWN.get(lower):
        return found
    court, slash, seat = lower.partition("/")
    if slash and court in _REGIONAL and seat in _SEATS:
        return f"{_REGIONAL[court]}/{_SEATS[seat]}"
    return ""
