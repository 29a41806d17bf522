"""Words of rights as people read them."""

from typing import Final

from archsearch.domain.access import Role
from archsearch.domain.policy import Errand, Ground, Place, Right

ROLES: Final = {
    Role.ADMINISTRATOR.value: "管理员",
    Role.MANAGER.value: "部门经理",
    Role.EMPLOYEE.value: "员工",
    Role.AUDITOR.value: "审计员",
    Role.PROGRAM.value: "程序账号",
}

RIGHTS: Final = {
    Right.READ.value: "读",
    Right.CREATE.value: "建",
    Right.CHANGE.value: "改",
    Right.CHANGE_FROZEN.value: "改冻结的",
    Right.DELETE.value: "删",
    Right.APPROVE.value: "批调阅",
    Right.EXPORT.value: "导出",
    Right.REVEAL.value: "显示敏感字段",
    Right.DESTROY.value: "销毁",
    Right.SCREEN.value: "名单比对",
    Right.DUPLICATES.value: "查重",
    Right.USERS.value: "管理用户",
    Right.DEPARTMENTS.value: "管理部门",
    Right.DICTIONARY.value: "管理词典",
    Right.INDEX.value: "管理索引",
    Right.LOG.value: "查看日志",
    Right.LOG_KEY.value: "取出日志密钥",
    Right.KEYS.value: "管理密钥",
    Right.EXAMINE.value: "体检",
    Right.RULES.value: "查看权限规则",
    Right.EXPLAIN.value: "解释权限",
}

ERRANDS: Final = {
    Errand.PROPOSE.value: "申请修改",
    Errand.BORROW.value: "申请调阅",
}
"""What a token may be good for besides rights."""

PLACES: Final = {
    Place.ALL.value: "全部",
    Place.DEPARTMENTS.value: "本部门及下级",
    Place.OWN.value: "本人建立",
    Place.GRANTED.value: "授权",
}

GROUNDS: Final = {
    Ground.ALL.value: "该角色对全部档案都可以",
    Ground.OWN.value: "档案是本人建立的",
    Ground.DEPARTMENTS.value: "档案在本人的部门或下级部门",
    Ground.GRANTED.value: "有授权",
    Ground.OPERATION.value: "该角色可以",
    Ground.NO_RULE.value: "没有规则允许",
    Ground.CLEARANCE.value: "密级高于本人的权限，规则和授权都不能放宽",
    Ground.NO_DEPARTMENT.value: "不属于任何部门",
    Ground.ELSEWHERE.value: "档案不在规则所写的范围内",
    Ground.DISABLED.value: "用户已停用",
    Ground.LIMITED.value: "所用的令牌或会话没有这项权限",
}
