"""English abbreviations that end in a full stop, with what they stand for where that is one word."""

from __future__ import annotations

from kernel.tokenizer import Special

_TITLES = "Mr. Mrs. Ms. Dr. Prof. Rev. Hon. Gov. Gen. Sen. Rep. Pres. Lt. Sgt. Capt. Cpl. Cmdr. Col. Maj. Adm. Messrs. Mx. Supt."
_AFTER_NAMES = "Jr. Sr. Ph.D. Esq. M.D. B.A. M.A. B.Sc. M.Sc."
_FIRMS = "Inc. Ltd. Co. Corp. Bros. L.L.C. plc."
_PLACES = "St. Mt. Ft. Ave. Blvd. Rd. Hwy. Pkwy. Bldg. Dept. Univ. Assn. Natl. Intl."
_STATES = """
    Ala. Ariz. Ark. Calif. Colo. Conn. Del. D.C. Fla. Ga. Ill. Ind. Kan. Kans. Ky. La. Md. Mass. Mich. Minn. Miss. Mo. Mont.
    Neb. Nebr. Nev. N.C. N.D. N.H. N.J. N.M. N.Y. Okla. Ore. Pa. Penn. S.C. S.D. Tenn. Tex. Va. Vt. Wash. Wis. Wyo. W.Va.
    Ont. Alta.
"""
_DATES = {
    "Jan.": "January", "Feb.": "February", "Mar.": "March", "Apr.": "April", "Jun.": "June", "Jul.": "July",
    "Aug.": "August", "Sep.": "September", "Sept.": "September", "Oct.": "October", "Nov.": "November",
    "Dec.": "December", "Tue.": "Tuesday", "Tues.": "Tuesday", "Wed.": "Wednesday", "Thu.": "Thursday",
    "Thur.": "Thursday", "Thurs.": "Thursday",
}  # fmt: skip
_MEANING = {
    "Mr.": "Mister", "Dr.": "Doctor", "Prof.": "Professor", "Gov.": "Governor", "Gen.": "General", "Sen.": "Senator",
    "Rep.": "Representative", "St.": "Saint", "Mt.": "Mount", "Jr.": "Junior", "Sr.": "Senior", "Inc.": "Incorporated",
    "Ltd.": "Limited", "Co.": "Company", "Corp.": "Corporation", "Bros.": "Brothers", "Calif.": "California",
    "vs.": "versus", "v.s.": "versus", **_DATES,
}  # fmt: skip
_LATIN_AND_OTHER = """
    e.g. i.e. vs. v.s. a.m. p.m. a.k.a. p.s. r.s.v.p. cf. viz. approx. al. ca. fig. figs. pp. vol. vols. ed. eds.
    E.g. I.e. Vs. E.G. I.E. A.M. P.M. A.K.A. P.S. Fig. Figs. Vol. Vols. Nos. Eq. Ref. B.C. A.D. B.C.E. C.E. e.g i.e a.m p.m
    C++ C# F# .NET .net and/or And/Or AND/OR w/o W/O w/
"""

_ALL = " ".join((_TITLES, _AFTER_NAMES, _FIRMS, _PLACES, _STATES, *_DATES, _LATIN_AND_OTHER)).split()

ABBREVIATIONS: dict[str, list[Special]] = {
    form: [{"ORTH": form, **({"NORM": _MEANING[form]} if form in _MEANING else {})}]
    for form in sorted(set(_ALL))
}
